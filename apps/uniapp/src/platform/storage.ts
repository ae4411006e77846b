/** One value in the device's storage, kept as JSON. */
export interface StoredValue<Value> {
  /** Null when nothing is stored, or nothing that `parse` accepts: an older version of the app may have written it. */
  read(): Value | null;
  /** Throws when the device refuses, for example because its storage is full. */
  write(value: Value): void;
  clear(): void;
}

/** A setting of the device: it stays when another user signs in. */
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

/**
 * Keys of what belongs to the signed-in user. They are listed here and not where they are used: a page that is not loaded yet
 * could not clear its own.
 */
const USER_KEYS = ['darkroom.form', 'darkroom.draft', 'darkroom.jobs', 'darkroom.portrait-consent'] as const;

/** A value of the signed-in user: `clearUserValues` removes it. */
export function storedUserValue<Value>(
  key: (typeof USER_KEYS)[number],
  parse: (json: unknown) => Value | null,
): StoredValue<Value> {
  return storedValue(key, parse);
}

const clearListeners: (() => void)[] = [];

/** Called with `clearUserValues`, for what a module keeps in memory beside its stored value. */
export function onClearUserValues(listener: () => void): void {
  clearListeners.push(listener);
}

export function clearUserValues(): void {
  for (const key of USER_KEYS) uni.removeStorageSync(key);
  for (const listener of clearListeners) listener();
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
