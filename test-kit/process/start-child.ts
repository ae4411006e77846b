import { onTestFailed, onTestFinished } from 'vitest';
import { type Child, type ChildOptions, spawnChild } from './spawn-child.ts';

/** Starts a process that is killed when the test ends. Its output is printed if the test fails. */
export function startChild(command: string, args: string[], options: ChildOptions): Child {
  const child = spawnChild(command, args, options);
  onTestFailed(() => console.error([`--- ${command} ${args.join(' ')}`, ...child.stdout, ...child.stderr].join('\n')));
  onTestFinished(async () => {
    child.signal('SIGKILL');
    await child.ended;
  });
  return child;
}
