import { createHmac } from 'node:crypto';

export const SECRET = 'a secret of thirty-two bytes, or more';

/** A time in seconds since the epoch, this many seconds from now. */
export function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1_000) + seconds;
}

/** Signs exactly this payload. No library is used, because it would correct what a test breaks. */
export function signPayload(payload: string, { alg = 'HS256', secret = SECRET, header = {} } = {}): string {
  const parts = [JSON.stringify({ alg, typ: 'JWT', ...header }), payload].map((part) =>
    Buffer.from(part).toString('base64url'),
  );
  const signature = createHmac(`sha${/^HS(384|512)$/.exec(alg)?.[1] ?? 256}`, secret)
    .update(parts.join('.'))
    .digest('base64url');
  return [...parts, signature].join('.');
}

export function tokenOf(claims: Record<string, unknown>): string {
  return signPayload(JSON.stringify({ exp: inSeconds(600), ...claims }));
}

/** The Authorization header of a user with a valid token. */
export function bearer(userId: string, starId?: string): { authorization: string } {
  return { authorization: `Bearer ${tokenOf({ user_id: userId, star_id: starId })}` };
}
