import { readFileSync } from 'node:fs';

/** The memory that a process holds now, in bytes; null on systems without /proc. */
export const residentBytes = (pid: number): number | null => readStatus(pid, 'VmRSS');

/** The most memory that a process has held, in bytes; null on systems without /proc. */
export const peakBytes = (pid: number): number | null => readStatus(pid, 'VmHWM');

function readStatus(pid: number, field: string): number | null {
  if (process.platform !== 'linux') return null;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1_024;
}
