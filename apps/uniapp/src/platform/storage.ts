/** One value in the device's storage, kept as JSON. */
export interface StoredValue<Value> {
  /** Null when nothing is stored, or nothing that `parse` accepts: an older version of the app may have written it. */
  read(): Value | null;
  /** Throws when the device refuses, for example because its storage is full. */
  write(value: Value): void;
  clear(): void;
}

export function storedValue<Value>(key: string, parse: (json: unknown) => Value | null): StoredValue<Value> {
  return {
    read() {
      const stored: unknown = uni.getStorageSync(key);
      if (typeof stored !== 'string' || stored === '') return null;
      try {
        return parse(JSON.parse(stored));
      } catch {
        return null;
      }
    },
    write: (value) => uni.setStorageSync(key, JSON.stringify(value)),
    clear: () => uni.removeStorageSync(key),
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
