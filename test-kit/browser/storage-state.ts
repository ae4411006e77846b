import type { BrowserContextOptions } from 'playwright-core';

/** The storage of a browser context in which the app has stored these values before. */
export function storageState(
  origin: string,
  values: Record<string, unknown>,
): NonNullable<BrowserContextOptions['storageState']> {
  const localStorage = Object.entries(values).map(([name, value]) => ({ name, value: JSON.stringify(value) }));
  return { cookies: [], origins: [{ origin, localStorage }] };
}
