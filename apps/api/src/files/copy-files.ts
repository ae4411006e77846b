import PQueue from 'p-queue';
import type { FileStore } from './file-store.ts';

const FILES_AT_ONCE = 8;

/** Copies every file that `to` does not have yet; returns how many were copied. */
export async function copyFiles(from: FileStore, to: FileStore): Promise<number> {
  const existing = new Set<string>();
  for await (const { key } of to.list()) existing.add(key);
  const queue = new PQueue({ concurrency: FILES_AT_ONCE });
  const errors: unknown[] = [];
  let copied = 0;
  for await (const { key } of from.list()) {
    if (existing.has(key)) continue;
    await queue.onSizeLessThan(FILES_AT_ONCE);
    queue.add(() => copyFile(key)).catch((error: unknown) => errors.push(error));
    if (errors.length > 0) break;
  }
  await queue.onIdle();
  if (errors.length > 0) throw errors[0];
  return copied;

  async function copyFile(key: string): Promise<void> {
    const bytes = await from.read(key);
    if (!bytes) return;
    await to.put(key, bytes);
    copied++;
  }
}
