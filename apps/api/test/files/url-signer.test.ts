import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createUrlSigner } from '../../src/files/url-signer.ts';

const secret = Buffer.alloc(32, 7);
const baseUrl = 'https://images.example/base';

function signerAt(nowMs: number, ttlS = 3600) {
  let now = nowMs;
  const signer = createUrlSigner({ secret, baseUrl, ttlS, clock: { now: () => now } });
  return { ...signer, setNow: (ms: number) => (now = ms) };
}

function partsOf(link: string) {
  const url = new URL(link);
  return {
    key: url.pathname.slice('/base/files/'.length),
    expires: url.searchParams.get('expires') ?? '',
    signature: url.searchParams.get('signature') ?? '',
  };
}

const keys = fc.stringMatching(/^[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,60}$/);
const times = fc.integer({ min: 1_700_000_000_000, max: 4_000_000_000_000 });
const lives = fc.integer({ min: 2, max: 604_800 });

test('signs a link in the form that the routes expect', () => {
  const { url, expiresAt } = signerAt(1_800_000_000_000).sign('job-1_0.jpeg');
  expect(url).toMatch(/^https:\/\/images\.example\/base\/files\/job-1_0\.jpeg\?expires=\d{10}&signature=[\w-]{43}$/);
  expect(partsOf(url).expires).toBe(String(expiresAt.getTime() / 1000));
});

test('adds no second slash to a base URL that ends with one', () => {
  const signer = createUrlSigner({ secret, baseUrl: 'http://localhost:8080/', ttlS: 3600, clock: { now: () => 0 } });
  expect(signer.sign('a.png').url).toMatch(/^http:\/\/localhost:8080\/files\/a\.png\?/);
});

describe('a signed link, for any key, time and lifetime', () => {
  test('verifies until it expires and not afterwards', () => {
    fc.assert(
      fc.property(keys, times, lives, (key, nowMs, ttlS) => {
        const signer = signerAt(nowMs, ttlS);
        const { url, expiresAt } = signer.sign(key);
        const parts = partsOf(url);
        expect(parts.key).toBe(key);
        expect(signer.verify(key, parts)).toBe(true);
        signer.setNow(expiresAt.getTime() - 1);
        expect(signer.verify(key, parts)).toBe(true);
        signer.setNow(expiresAt.getTime());
        expect(signer.verify(key, parts)).toBe(false);
      }),
    );
  });

  test('lives for more than half of the allowed lifetime and never longer than all of it', () => {
    fc.assert(
      fc.property(keys, times, lives, (key, nowMs, ttlS) => {
        const lifeMs = signerAt(nowMs, ttlS).sign(key).expiresAt.getTime() - nowMs;
        expect(lifeMs).toBeLessThanOrEqual(ttlS * 1000);
        expect(lifeMs).toBeGreaterThan(Math.floor(ttlS / 2) * 1000);
      }),
    );
  });

  test('changes at most once within half a lifetime', () => {
    fc.assert(
      fc.property(keys, times, lives, fc.double({ min: 0, max: 1, noNaN: true }), (key, nowMs, ttlS, share) => {
        const signer = signerAt(nowMs, ttlS);
        const halfMs = Math.floor(ttlS / 2) * 1000;
        const urls = new Set<string>();
        for (const passedMs of [0, Math.floor(share * (halfMs - 1)), halfMs - 1]) {
          signer.setNow(nowMs + passedMs);
          urls.add(signer.sign(key).url);
        }
        expect(urls.size).toBeLessThanOrEqual(2);
        const windowStartMs = Math.ceil(nowMs / halfMs) * halfMs;
        signer.setNow(windowStartMs);
        const first = signer.sign(key).url;
        signer.setNow(windowStartMs + halfMs - 1);
        expect(signer.sign(key).url).toBe(first);
      }),
    );
  });
});

describe('verification of a signed link', () => {
  test('refuses any other key', () => {
    fc.assert(
      fc.property(keys, keys, times, (key, other, nowMs) => {
        fc.pre(key !== other);
        const signer = signerAt(nowMs);
        expect(signer.verify(other, partsOf(signer.sign(key).url))).toBe(false);
      }),
    );
  });

  test('refuses any other expiry', () => {
    const others = fc.oneof(
      fc.nat(9_999_999_999).map(String),
      fc.string(),
      fc.constantFrom('0', '-1', '1e12', ' 9999999999'),
    );
    fc.assert(
      fc.property(keys, times, others, (key, nowMs, expires) => {
        const signer = signerAt(nowMs);
        const parts = partsOf(signer.sign(key).url);
        fc.pre(expires !== parts.expires);
        expect(signer.verify(key, { ...parts, expires })).toBe(false);
        expect(signer.verify(key, { ...parts, expires: `0${parts.expires}` })).toBe(false);
      }),
    );
  });

  test('refuses a signature that differs in one character', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    fc.assert(
      fc.property(keys, times, fc.nat(42), fc.constantFrom(...alphabet), (key, nowMs, at, char) => {
        const signer = signerAt(nowMs);
        const parts = partsOf(signer.sign(key).url);
        const signature = parts.signature.slice(0, at) + char + parts.signature.slice(at + 1);
        fc.pre(signature !== parts.signature);
        expect(signer.verify(key, { ...parts, signature })).toBe(false);
      }),
    );
    fc.assert(
      fc.property(keys, times, fc.string(), (key, nowMs, signature) => {
        const signer = signerAt(nowMs);
        expect(signer.verify(key, { ...partsOf(signer.sign(key).url), signature })).toBe(false);
      }),
    );
  });

  test('refuses a missing part', () => {
    const signer = signerAt(1_800_000_000_000);
    const { expires, signature } = partsOf(signer.sign('a.png').url);
    for (const query of [{}, { expires }, { signature }, { expires: '', signature: '' }]) {
      expect(signer.verify('a.png', query)).toBe(false);
    }
  });

  test('refuses a link signed with another secret', () => {
    const clock = { now: () => 1_800_000_000_000 };
    const other = createUrlSigner({ secret: Buffer.alloc(32, 8), baseUrl, ttlS: 3600, clock });
    expect(signerAt(clock.now()).verify('a.png', partsOf(other.sign('a.png').url))).toBe(false);
  });
});
