import { execFileSync } from 'node:child_process';

/**
 * Linux can limit the file sizes of a running process from outside: a full disk without filling one, and without
 * privileges.
 */
export const CAN_TAKE_ROOM = process.platform === 'linux';

/** Makes every write of the process fail from now on, as on a full disk. */
export function takeRoom(pid: number): void {
  limitFiles(pid, '0:');
}

/** Lets the process write again. */
export function giveRoom(pid: number): void {
  limitFiles(pid, 'unlimited:');
}

/** Sets the soft limit only, which can be raised again without privileges. */
function limitFiles(pid: number, limit: string): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${limit}`]);
}
