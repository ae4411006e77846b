import { accessSync, constants, existsSync, mkdtempSync, readFileSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Linux's RAM disk. */
const MEMORY_DISK = '/dev/shm';
/** A whole run holds about 1 GB at once; the rest is left to browsers, which keep their shared memory there. */
const FREE_DISK_BYTES = 4 * 1024 ** 3;
/** A RAM disk takes its space from the machine's memory. */
const FREE_MEMORY_BYTES = 8 * 1024 ** 3;

/**
 * Creates the folder for all temporary files of one test run, on a RAM disk if there is one, else in the system's temp
 * folder.
 */
export function makeRunFolder(): string {
  const parent = hasRoomyMemoryDisk() ? MEMORY_DISK : tmpdir();
  return mkdtempSync(path.join(parent, 'darkroom-test-run-'));
}

function hasRoomyMemoryDisk(): boolean {
  if (process.platform !== 'linux' || !existsSync(MEMORY_DISK)) return false;
  try {
    accessSync(MEMORY_DISK, constants.W_OK);
    const { bavail, bsize } = statfsSync(MEMORY_DISK);
    return bavail * bsize >= FREE_DISK_BYTES && process.availableMemory() >= FREE_MEMORY_BYTES && allowsPrograms();
  } catch {
    return false;
  }
}

/** Docker mounts /dev/shm `noexec` by default, and some tests start programs from their folder. */
function allowsPrograms(): boolean {
  const mount = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .findLast(([, folder]) => folder === MEMORY_DISK);
  return mount !== undefined && !mount[3]?.split(',').includes('noexec');
}
