import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

export interface OutputFile {
  /** Relative to the build's folder, with `/` on every platform. */
  path: string;
  bytes: number;
  text: string;
}

export interface BuildOutput {
  name: 'h5' | 'mp-weixin' | 'app';
  files: OutputFile[];
}

/** The files of one build; none if it was never built. */
export function readOutput(folder: string, name: BuildOutput['name']): BuildOutput {
  const paths = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  const files = paths
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({
      path: relative(folder, path).replaceAll('\\', '/'),
      bytes: statSync(path).size,
      text: readFileSync(path, 'utf8'),
    }));
  return { name, files };
}
