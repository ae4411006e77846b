import { execFileSync } from 'node:child_process';

/**
 * Linux can limit the file sizes of a running process from outside: a full disk without filling one, and without
 * privileges.
 */
export const CAN_LIMIT_FILE_SIZE = process.platform === 'linux';

/** Makes every write of the process fail from now on, as on a full disk. */
export function failWrites(pid: number): void {
  limitFileSize(pid, '0:');
}

/** Lets the process write again. */
export function allowWrites(pid: number): void {
  limitFileSize(pid, 'unlimited:');
}

/** Sets the soft limit only, which can be raised again without privileges. */
function limitFileSize(pid: number, limit: string): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${limit}`]);
}
