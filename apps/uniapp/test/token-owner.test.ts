import { describe, expect, it } from 'vitest';
import { readTokenOwner } from '../src/platform/token-owner.ts';

const NOW_MS = 1_800_000_000_000;
const valid = { exp: NOW_MS / 1000 + 60 };

function tokenOf(claims: object): string {
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
  return `${part({ alg: 'HS256' })}.${part(claims)}.c2ln`;
}

describe('readTokenOwner', () => {
  it.each([
    [
      { ...valid, user_id: '9223372036854775807', star_id: 7 },
      { userId: '9223372036854775807', starId: '7' },
    ],
    [
      { ...valid, sub: '12' },
      { userId: '12', starId: null },
    ],
    [
      { ...valid, sub: 'auth0|5f7c8ec7' },
      { userId: 'auth0|5f7c8ec7', starId: null },
    ],
    [
      { ...valid, user_id: 3, name: '宇航员👩‍🚀' },
      { userId: '3', starId: null },
    ],
  ])('reads the user and star from %j', (claims, owner) => {
    expect(readTokenOwner(` ${tokenOf(claims)}\n`, NOW_MS)).toEqual({ ...owner, isExpired: false });
  });

  it('reports an expired token, and one without an expiry, as expired', () => {
    expect(readTokenOwner(tokenOf({ exp: NOW_MS / 1000, user_id: '1' }), NOW_MS)?.isExpired).toBe(true);
    expect(readTokenOwner(tokenOf({ user_id: '1' }), NOW_MS)?.isExpired).toBe(true);
  });

  it.each([
    '',
    'token',
    'a.b.c',
    'e30.e30.e30',
    tokenOf({ ...valid, user_id: '用户' }),
    tokenOf({ ...valid, user_id: 1.5 }),
  ])('returns null for %j', (text) => {
    expect(readTokenOwner(text, NOW_MS)).toBeNull();
  });
});
