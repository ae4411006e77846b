import { parseArgs } from 'node:util';
import { Id } from '@darkroom/api/authenticate';
import { ConfigError, loadConfig } from '@darkroom/api/config';
import { signToken } from '@darkroom/api/sign-token';

/** `npm run token -- --user 1 --star 2` prints a token that an API with the same settings accepts. */
function makeToken(): string {
  const { user, star } = readOptions();
  const { jwtKey, JWT_ISSUER: iss, JWT_AUDIENCE: aud } = loadConfig();
  if (jwtKey.kind !== 'secret') throw new ConfigError(['Tokens are signed elsewhere: this API only checks them.']);
  return signToken(jwtKey.secret, { user_id: user, star_id: star, iss, aud });
}

function readOptions() {
  const { values } = parseArgs({ options: { user: { type: 'string', default: '1' }, star: { type: 'string' } } });
  return {
    user: readId('--user', values.user),
    star: values.star === undefined ? undefined : readId('--star', values.star),
  };
}

function readId(option: string, text: string): string {
  const id = Id.safeParse(text);
  if (!id.success) throw new ConfigError([`${option}: must be a whole number from 0 to 9223372036854775807`]);
  return id.data;
}

/** Describes an error that the caller of the command can fix; null for any other error. */
function describeFault(error: unknown): string | null {
  if (error instanceof ConfigError) return error.message;
  const isOption = error instanceof TypeError && 'code' in error && /^ERR_PARSE_ARGS_/.test(String(error.code));
  return isOption ? (error.message.split('\n')[0] ?? null) : null;
}

try {
  console.log(makeToken());
} catch (error) {
  console.error(describeFault(error) ?? error);
  process.exitCode = 1;
}
