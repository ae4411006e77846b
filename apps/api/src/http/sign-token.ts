import { createSigner } from 'fast-jwt';
import { secretsOf } from './shared-secret.ts';

/** One day: long enough for a day's work, short enough that a forgotten token soon expires. */
const TOKEN_TTL_MS = 24 * 60 * 60 * 1_000;

interface Claims {
  user_id: string;
  star_id?: string | undefined;
  /** `iss` and `aud` are needed where the API checks them: JWT_ISSUER and JWT_AUDIENCE. */
  iss?: string | undefined;
  aud?: string | undefined;
}

/** Signs a development token. Production tokens come from the app's own sign-in. */
export function signToken(setting: string, claims: Claims): string {
  return createSigner({ key: secretsOf(setting)[0], algorithm: 'HS256', expiresIn: TOKEN_TTL_MS })(claims);
}
