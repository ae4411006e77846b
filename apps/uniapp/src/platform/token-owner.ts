import { isRecord } from './storage.ts';

/** The claims of a token that the app shows. Not verified: the service does that. */
export interface TokenOwner {
  userId: string;
  starId: string | null;
  isExpired: boolean;
}

/** Null when the text is no JWT of the service's kind. `nowMs` is milliseconds since 1970. */
export function readTokenOwner(token: string, nowMs: number): TokenOwner | null {
  const claims = readClaims(token);
  const userId = userIdOf(claims?.user_id ?? claims?.sub);
  if (!claims || userId === null) return null;
  return {
    userId,
    starId: digits(claims.star_id),
    isExpired: typeof claims.exp !== 'number' || claims.exp * 1000 <= nowMs,
  };
}

function readClaims(token: string): Record<string, unknown> | null {
  const [, payload] = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token.trim()) ?? [];
  if (payload === undefined) return null;
  try {
    const claims: unknown = JSON.parse(decodeBase64Url(payload));
    return isRecord(claims) ? claims : null;
  } catch {
    return null;
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** A byte a character: ids are ASCII, and no other claim is shown. Mini programs have no `atob`. */
function decodeBase64Url(text: string): string {
  let bits = 0;
  let held = 0;
  let decoded = '';
  for (const letter of text) {
    bits = ((bits << 6) | ALPHABET.indexOf(letter)) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    decoded += String.fromCharCode((bits >> held) & 0xff);
  }
  return decoded;
}

/** Digits, or any other name of printable ASCII, as the service takes them. */
function userIdOf(id: unknown): string | null {
  return digits(id) ?? (typeof id === 'string' && /^[\x20-\x7e]{1,128}$/.test(id) ? id : null);
}

function digits(id: unknown): string | null {
  return (typeof id === 'string' || typeof id === 'number') && /^\d+$/.test(String(id)) ? String(id) : null;
}
