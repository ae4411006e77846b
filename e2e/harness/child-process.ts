import { onTestFailed, onTestFinished } from 'vitest';
import { type Child, type ChildOptions, spawnChild } from './spawn-child.ts';

/** A process of the test that runs: it does not outlive it, and what it wrote is shown when the test fails. */
export function startChild(command: string, args: string[], options: ChildOptions): Child {
  const child = spawnChild(command, args, options);
  onTestFailed(() => console.error([`--- ${command} ${args.join(' ')}`, ...child.stdout, ...child.stderr].join('\n')));
  onTestFinished(async () => {
    child.signal('SIGKILL');
    await child.ended;
  });
  return child;
}
