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
