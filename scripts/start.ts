import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ConfigError, loadConfig } from '../apps/api/src/config.ts';
import { signToken } from '../apps/api/src/http/sign-token.ts';

/** `npm start`: the H5 client built, the API in front of it, and a person shown the way in. */

const config = settings();

console.log('Building the H5 client (only when it has changed) …');
const build = spawnSync('turbo', ['run', 'build:h5', '--output-logs=errors-only', '--log-order=grouped'], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
});
if (build.status !== 0) console.error('The H5 client could not be built: the API starts without it.');

const api = fork('apps/api/src/main.ts', { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
const output = api.stdout;
if (!output) throw new Error('The API has no output');
// A terminal's Ctrl+C reaches the API by itself, and a second signal would cut short the call that it waits for. So none is
// passed on: the API drains when it is let go of, which happens by itself when this process is killed.
const letGo = () => api.connected && api.disconnect();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, letGo);
const ended = once(api, 'exit');
for await (const line of createInterface(output)) {
  console.log(line);
  const url = listeningUrl(line);
  if (url) welcome(url);
}
const [code] = await ended;
process.exitCode = code ?? 1;

function settings() {
  try {
    return loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

/** The API's address, from the line that says it listens. */
function listeningUrl(line: string): string | null {
  const match = /"url":"([^"]+)".*"msg":"listening"/.exec(line);
  return match?.[1] ?? null;
}

function welcome(url: string): void {
  const generation = `${url}/api/v1/assets/mints/image/generation`;
  console.log(`\n  Darkroom is ready.\n\n  Open      ${url}`);
  if (config.minimax === null) console.log('  Provider  the MiniMax simulator (set MINIMAX_API_KEY for the real one)');
  if (config.jwtKey.kind !== 'secret') return;
  const token = signToken(config.jwtKey.secret, { user_id: '1', star_id: '2' });
  console.log(`  Token     ${token}

  Order a picture:

curl -sS '${generation}' \\
  -H 'Authorization: Bearer ${token}' \\
  -H 'Content-Type: application/json' \\
  -d '{"model":"image-01","prompt":"星空下的宇航员，电影光影","aspect_ratio":"16:9"}'

  Follow it (put its job_id in):

curl -sS '${generation}/JOB_ID?wait_seconds=25' \\
  -H 'Authorization: Bearer ${token}'
`);
}
