import { cleanEnvironment } from '@darkroom/test-kit/api/api-environment';
import { CHECKOUT } from '@darkroom/test-kit/process/checkout';
import type { Child } from '@darkroom/test-kit/process/spawn-child';
import { startChild } from '@darkroom/test-kit/process/start-child';

const LOOPBACK_ONLY = `${CHECKOUT}e2e/provider/clients/loopback-only.ts`;

interface Options {
  /** Its current folder and home, where it finds none of the developer's settings. */
  folder: string;
  env?: NodeJS.ProcessEnv;
  input?: string;
}

/** Runs a client that can only connect to this machine. Any other connection is refused and logged on stderr. */
export function runClient(script: string, { folder, env = {}, input = '' }: Options): Child {
  return startChild(process.execPath, ['--import', LOOPBACK_ONLY, script], {
    cwd: folder,
    env: { ...cleanEnvironment(), HOME: folder, ...env },
    input,
  });
}
