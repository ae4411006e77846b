import { parseArgs } from 'node:util';
import { ConfigError, loadConfig } from '../apps/api/src/config.ts';
import { signToken } from '../apps/api/src/http/sign-token.ts';

const { values } = parseArgs({ options: { user: { type: 'string', default: '1' }, star: { type: 'string' } } });

try {
  const { jwtKey } = loadConfig();
  if (jwtKey.kind !== 'secret') throw new ConfigError(['Tokens are signed elsewhere: this API only checks them.']);
  console.log(signToken(jwtKey.secret, { user_id: values.user, star_id: values.star }));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
