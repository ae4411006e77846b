import { execFileSync } from 'node:child_process';

/** Linux lets a process's files be bounded from outside while it runs: a full disk without a disk to fill, for anybody. */
export const CAN_TAKE_ROOM = process.platform === 'linux';

/** From now on no write of the process succeeds, as on a full disk. */
export function takeRoom(pid: number): void {
  limitFiles(pid, '0:');
}

/** The disk has room again. */
export function giveRoom(pid: number): void {
  limitFiles(pid, 'unlimited:');
}

/** The soft limit alone: it may rise again without privileges. */
function limitFiles(pid: number, limit: string): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${limit}`]);
}
