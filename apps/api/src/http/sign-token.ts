import { createSigner } from 'fast-jwt';
import { secretsOf } from './shared-secret.ts';

/** Long enough for a day's work, short enough to be forgotten. */
const TOKEN_TTL_MS = 24 * 60 * 60 * 1_000;

interface Claims {
  user_id: string;
  star_id?: string | undefined;
  /** Where the API checks them: JWT_ISSUER and JWT_AUDIENCE. */
  iss?: string | undefined;
  aud?: string | undefined;
}

/** A development token: production tokens come from the app's own sign-in. */
export function signToken(setting: string, claims: Claims): string {
  return createSigner({ key: secretsOf(setting)[0], algorithm: 'HS256', expiresIn: TOKEN_TTL_MS })(claims);
}
