import { afterEach, describe, expect, it, vi } from 'vitest';
import { createId } from '../src/platform/create-id.ts';

const { getRandomValues } = globalThis.crypto;
afterEach(() => vi.unstubAllGlobals());

describe.each([
  ['crypto.randomUUID', globalThis.crypto],
  ['getRandomValues alone', { getRandomValues: getRandomValues.bind(globalThis.crypto) }],
  ['no crypto', undefined],
])('createId with %s', (_platform, crypto) => {
  it('returns a valid idempotency key that is unique among 500', () => {
    vi.stubGlobal('crypto', crypto);
    const ids = Array.from({ length: 500 }, createId);
    expect(new Set(ids).size).toBe(500);
    expect(ids.filter((id) => !/^[0-9a-f-]{32,40}$/.test(id))).toEqual([]);
  });
});
