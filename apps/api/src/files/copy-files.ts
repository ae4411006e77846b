import PQueue from 'p-queue';
import type { FileStore } from './file-store.ts';

const FILES_AT_ONCE = 8;

/** Copies every file that `to` does not have yet; returns how many were copied. */
export async function copyFiles(from: FileStore, to: FileStore): Promise<number> {
  const there = new Set<string>();
  for await (const { key } of to.list()) there.add(key);
  const places = new PQueue({ concurrency: FILES_AT_ONCE });
  const faults: unknown[] = [];
  let copied = 0;
  for await (const { key } of from.list()) {
    if (there.has(key)) continue;
    await places.onSizeLessThan(FILES_AT_ONCE);
    places.add(() => copyFile(key)).catch((error: unknown) => faults.push(error));
    if (faults.length > 0) break;
  }
  await places.onIdle();
  if (faults.length > 0) throw faults[0];
  return copied;

  async function copyFile(key: string): Promise<void> {
    const bytes = await from.read(key);
    if (!bytes) return;
    await to.put(key, bytes);
    copied++;
  }
}
