import { vi } from 'vitest';

/** uni-app's storage in memory. Answers with what is stored, by key. */
export function stubStorage(): Map<string, unknown> {
  const stored = new Map<string, unknown>();
  vi.stubGlobal('uni', {
    getStorageSync: (key: string) => stored.get(key) ?? '',
    setStorageSync: (key: string, value: unknown) => stored.set(key, value),
    removeStorageSync: (key: string) => stored.delete(key),
  });
  return stored;
}

/** uni-app's base64, over Node's. */
export function stubBase64(): void {
  vi.stubGlobal('uni', {
    base64ToArrayBuffer: (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64')).buffer,
    arrayBufferToBase64: (bytes: ArrayBuffer) => Buffer.from(bytes).toString('base64'),
  });
}
