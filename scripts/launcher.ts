import { spawnSync } from 'node:child_process';
import { type Config, ConfigError, loadConfig } from '@darkroom/api/config';
import { signToken } from '@darkroom/api/sign-token';

/** Loads the API's own settings. If they are invalid, prints the API's message and ends this process. */
export function readSettings(): Config {
  try {
    return loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

export function buildClient(): void {
  console.log('Building the H5 client (only when it has changed) …');
  const build = spawnSync('turbo', ['run', 'build:h5', '--output-logs=errors-only', '--log-order=grouped'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
  });
  if (build.status !== 0) console.error('The H5 client could not be built: the API starts without it.');
}

/** Returns the API's address if this is the line logged when it listens, else null. */
export function listeningUrl(line: string): string | null {
  const match = /"url":"([^"]+)".*"msg":"listening"/.exec(line);
  return match?.[1] ?? null;
}

/**
 * Prints the address and how to send a request. Behind a proxy the API issues no token to a page, so the link contains
 * one.
 */
export function welcome(url: string, config: Config, { isProxied = false } = {}): void {
  const generation = `${url}/api/v1/assets/mints/image/generation`;
  console.log(`\n  Darkroom is ready.\n\n  Open      ${url}`);
  if (config.minimax === null) console.log('  Provider  the MiniMax simulator (set MINIMAX_API_KEY for the real one)');
  if (config.jwtKey.kind !== 'secret') return;
  const token = signToken(config.jwtKey.secret, {
    user_id: '1',
    star_id: '2',
    iss: config.JWT_ISSUER,
    aud: config.JWT_AUDIENCE,
  });
  if (isProxied) console.log(`  Signed in ${url}/#/?token=${token}`);
  console.log(`  Token     ${token}

  Create an image:

curl -sS '${generation}' \\
  -H 'Authorization: Bearer ${token}' \\
  -H 'Content-Type: application/json' \\
  -d '{"model":"image-01","prompt":"星空下的宇航员，电影光影","aspect_ratio":"16:9"}'

  Follow it (put its job_id in):

curl -sS '${generation}/JOB_ID?wait_seconds=25' \\
  -H 'Authorization: Bearer ${token}'
`);
}
