import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';

export interface ChildOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Makes the process lead a process group of its own, as a command started in a terminal does. */
  detached?: boolean;
  /** The whole of its standard input. */
  input?: string;
}

export interface Child {
  pid: number;
  /** The complete lines written so far. */
  stdout: string[];
  stderr: string[];
  /**
   * Resolves with the first line for which `find` returns a value, including earlier lines. Rejects if the process ends
   * without one.
   */
  line<Found>(find: (line: string) => Found | null): Promise<Found>;
  /** The same for the first line that contains this text. */
  lineWith(text: string): Promise<string>;
  /** Signals the process, or its whole group if it leads one, as Ctrl+C does. */
  signal(signal: NodeJS.Signals): void;
  /** The exit code or the ending signal, resolved once every process that could write to its output has ended. */
  ended: Promise<number | NodeJS.Signals>;
}

/** Starts a process and keeps its output. The caller must end the process. */
export function spawnChild(
  command: string,
  args: string[],
  { cwd, env, detached = false, input = '' }: ChildOptions,
): Child {
  const child = spawn(command, args, { cwd, env, detached, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {}); // it may end without reading it
  child.stdin.end(input);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} did not start`);
  const output = createInterface(child.stdout);
  const stdout = collect(output);
  const stderr = collect(createInterface(child.stderr));
  const signal = (name: NodeJS.Signals) => send(detached ? -pid : pid, name);
  const ended = once(child, 'close').then(() => exitOf(child));

  function line<Found>(find: (line: string) => Found | null): Promise<Found> {
    return new Promise((resolve, reject) => {
      const check = (text: string) => {
        const found = find(text);
        if (found === null) return;
        output.off('line', check);
        resolve(found);
      };
      output.on('line', check);
      for (const text of stdout) check(text);
      ended.then((exit) => reject(new Error(`It ended with ${exit} before it wrote what was awaited`)));
    });
  }

  return {
    pid,
    stdout,
    stderr,
    ended,
    signal,
    line,
    lineWith: (part) => line((text) => (text.includes(part) ? text : null)),
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
