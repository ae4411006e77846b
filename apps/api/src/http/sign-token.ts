import { createSigner } from 'fast-jwt';

/** Long enough for a day's work, short enough to be forgotten. */
const TOKEN_TTL_MS = 24 * 60 * 60 * 1_000;

/** A development token: production tokens come from the app's own sign-in. */
export function signToken(secret: string, claims: { user_id: string; star_id?: string | undefined }): string {
  return createSigner({ key: secret, algorithm: 'HS256', expiresIn: TOKEN_TTL_MS })(claims);
}
