import { existsSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';

export type Settings = Record<string, string | number>;

export const JWT_SECRET = 'a secret of the tests, longer than 32 bytes';
const Listening = z.object({ msg: z.literal('listening'), url: z.string(), port: z.number(), pid: z.number() });

/** An environment without the developer's own settings, in which Node processes start with half of the CPU time. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, NODE_COMPILE_CACHE, TEST_RUN_FOLDER } = process.env;
  const replay = path.join(TEST_RUN_FOLDER ?? '', 'replay.mjs');
  return {
    PATH,
    HOME,
    ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }),
    ...(TEST_RUN_FOLDER !== undefined && existsSync(replay) && { NODE_OPTIONS: `--import=${replay}` }),
  };
}

/** Settings of an API process on a free loopback port, whose provider runs elsewhere. */
export function apiEnvironment(provider: { url: string }, dataDir: string, settings: Settings): NodeJS.ProcessEnv {
  return {
    ...cleanEnvironment(),
    DATA_DIR: dataDir,
    PORT: '0',
    JWT_SECRET,
    MINIMAX_API_KEY: 'a-key-of-the-tests',
    MINIMAX_BASE_URL: provider.url,
    MINIMAX_RPM: '0',
    ...asEnvironment(settings),
  };
}

export function asEnvironment(settings: Settings): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));
}

/** Returns the record that the API logs once it listens, or null for any other line. */
export function readListening(line: string): z.output<typeof Listening> | null {
  return line.startsWith('{') ? (Listening.safeParse(JSON.parse(line)).data ?? null) : null;
}
