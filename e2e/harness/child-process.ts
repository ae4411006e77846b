import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { onTestFailed, onTestFinished } from 'vitest';

interface Options {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Leads a process group of its own, as what is started in a terminal does. */
  detached?: boolean;
}

export interface Child {
  pid: number;
  /** What it has written so far, in whole lines. */
  stdout: string[];
  stderr: string[];
  /** The first line that fits, also one that was written before; rejects when the process ends without it. */
  line<Found>(find: (line: string) => Found | null): Promise<Found>;
  signal(signal: NodeJS.Signals): void;
  /** Its exit code, or the signal that ended it, once all that it wrote is read. */
  ended: Promise<number | NodeJS.Signals>;
}

/** A process of the test that runs: it does not outlive it, and what it wrote is shown when the test fails. */
export function startChild(command: string, args: string[], { cwd, env, detached = false }: Options): Child {
  const child = spawn(command, args, { cwd, env, detached, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} did not start`);
  const stdout = collectLines(child.stdout);
  const stderr = collectLines(child.stderr);
  const ended = once(child, 'close').then(() => exitOf(child));

  onTestFailed(() => console.error([`--- ${command} ${args.join(' ')}`, ...stdout, ...stderr].join('\n')));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });

  return {
    pid,
    stdout,
    stderr,
    ended,
    signal: (signal) => void child.kill(signal),
    line: (find) =>
      new Promise((resolve, reject) => {
        const look = () => {
          for (const line of stdout) {
            const found = find(line);
            if (found !== null) resolve(found);
          }
        };
        look();
        child.stdout.on('data', () => setImmediate(look)); // once it is split into lines
        ended.then((exit) => reject(new Error(`It ended with ${exit} before it wrote what was awaited`)));
      }),
  };
}

function collectLines(stream: Readable): string[] {
  const lines: string[] = [];
  createInterface(stream).on('line', (line) => lines.push(line));
  return lines;
}

function exitOf({ exitCode, signalCode }: ChildProcess): number | NodeJS.Signals {
  if (exitCode !== null) return exitCode;
  if (signalCode !== null) return signalCode;
  throw new Error('It closed its output and still runs');
}
