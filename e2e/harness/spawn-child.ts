import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';

export interface ChildOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Leads a process group of its own, as what is started in a terminal does. */
  detached?: boolean;
  /** All that it can read from its standard input. */
  input?: string;
}

export interface Child {
  pid: number;
  /** What it has written so far, in whole lines. */
  stdout: string[];
  stderr: string[];
  /** The first line that fits, also one that was written before; rejects when the process ends without it. */
  line<Found>(find: (line: string) => Found | null): Promise<Found>;
  /** To the process, or to all of its group if it leads one, as Ctrl+C does. */
  signal(signal: NodeJS.Signals): void;
  /** Its exit code, or the signal that ended it, once everybody who could write to its output has ended. */
  ended: Promise<number | NodeJS.Signals>;
}

/** A process whose output is read and kept; its end is the caller's business. */
export function spawnChild(
  command: string,
  args: string[],
  { cwd, env, detached = false, input = '' }: ChildOptions,
): Child {
  const child = spawn(command, args, { cwd, env, detached, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {}); // it may end without having read
  child.stdin.end(input);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} did not start`);
  const output = createInterface(child.stdout);
  const stdout = collect(output);
  const stderr = collect(createInterface(child.stderr));
  const signal = (name: NodeJS.Signals) => send(detached ? -pid : pid, name);
  const ended = once(child, 'close').then(() => exitOf(child));

  return {
    pid,
    stdout,
    stderr,
    ended,
    signal,
    line: (find) =>
      new Promise((resolve, reject) => {
        const look = (line: string) => {
          const found = find(line);
          if (found === null) return;
          output.off('line', look);
          resolve(found);
        };
        output.on('line', look);
        for (const line of stdout) look(line);
        ended.then((exit) => reject(new Error(`It ended with ${exit} before it wrote what was awaited`)));
      }),
  };
}

function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error; // it has ended
  }
}

function collect(lines: Interface): string[] {
  const collected: string[] = [];
  lines.on('line', (line) => collected.push(line));
  return collected;
}

function exitOf({ exitCode, signalCode }: ChildProcess): number | NodeJS.Signals {
  if (exitCode !== null) return exitCode;
  if (signalCode !== null) return signalCode;
  throw new Error('It closed its output and still runs');
}
