import { readdirSync, readFileSync } from 'node:fs';

/** What Linux reports to user programs, on every architecture. */
const TICKS_PER_SECOND = 100;

/**
 * CPU seconds that the threads of a process have used so far, by the operating system. A thread that has ended is no
 * longer counted, so this is for processes whose threads stay.
 */
export function cpuSeconds(pid: number): number {
  return fromSchedulerStatistics(pid) ?? cpuSecondsOfAllThreads(pid);
}

/** Nanoseconds on a core, the first number of schedstat; null where the kernel does not keep them. */
function fromSchedulerStatistics(pid: number): number | null {
  let nanoseconds = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const text = readIfThere(`/proc/${pid}/task/${task}/schedstat`);
    nanoseconds += Number(text?.split(' ')[0] ?? 0);
  }
  return nanoseconds === 0 ? null : nanoseconds / 1e9;
}

/** The same with a resolution of 10 ms, and with the threads that have ended: for processes whose threads come and go. */
export function cpuSecondsOfAllThreads(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [, , , , , , , , , , , user = '', system = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(user) + Number(system)) / TICKS_PER_SECOND;
}

/** A thread may end between listing and reading. */
function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
