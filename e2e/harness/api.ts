import { createImageClient, type ImageClient } from '@darkroom/sdk';
import { onTestFinished } from 'vitest';
import * as z from 'zod';
import { signToken } from '../../apps/api/src/http/sign-token.ts';
import { API_MAIN } from './checkout.ts';
import { type Child, startChild } from './child-process.ts';
import { createRestClient, type RestClient } from './rest-client.ts';
import { createTempDir } from './temp-dir.ts';

export type Settings = Record<string, string | number>;

const JWT_SECRET = 'a secret of the tests, longer than 32 bytes';
const Listening = z.object({ msg: z.literal('listening'), url: z.string(), port: z.number(), pid: z.number() });

/** A user's three ways in. */
export interface User {
  token: string;
  /** tRPC. */
  sdk: ImageClient;
  rest: RestClient;
}

export interface Api {
  url: string;
  port: number;
  dataDir: string;
  /** The environment that it was started with. */
  env: NodeJS.ProcessEnv;
  process: Child;
  user(userId?: string): User;
  /** kill -9. */
  kill(): Promise<void>;
  /** The same again: settings, data folder, address. */
  restart(): Promise<Api>;
}

/** The real API as a process of its own, with a provider that runs elsewhere. */
export async function startApi(provider: { url: string }, settings: Settings = {}): Promise<Api> {
  const dataDir = await createTempDir();
  return listen({
    ...cleanEnvironment(),
    DATA_DIR: dataDir,
    PORT: '0',
    JWT_SECRET,
    MINIMAX_API_KEY: 'a-key-of-the-tests',
    MINIMAX_BASE_URL: provider.url,
    MINIMAX_RPM: '0',
    ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)])),
  });
}

/** Starts the API's main file, and leaves it to the test how it ends. */
export function startApiProcess(env: NodeJS.ProcessEnv): Child {
  return startChild(process.execPath, [API_MAIN], { cwd: env.DATA_DIR ?? '/', env });
}

/** Nothing of the developer's own settings. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME };
}

async function listen(env: NodeJS.ProcessEnv): Promise<Api> {
  const child = startApiProcess(env);
  const { url, port } = await child.line(readListening);
  return {
    url,
    port,
    dataDir: env.DATA_DIR ?? '',
    env,
    process: child,
    user(userId = '1') {
      const token = signToken(JWT_SECRET, { user_id: userId, star_id: '2' });
      const leaving = new AbortController();
      onTestFinished(() => leaving.abort());
      return {
        token,
        sdk: createImageClient({ baseUrl: url, token }),
        rest: createRestClient(url, token, leaving.signal),
      };
    },
    async kill() {
      child.signal('SIGKILL');
      await child.ended;
    },
    restart: () => listen({ ...env, PORT: String(port), PUBLIC_URL: url }),
  };
}

/** What the API logs when it listens; null for every other line. */
export function readListening(line: string): z.output<typeof Listening> | null {
  return line.startsWith('{') ? (Listening.safeParse(JSON.parse(line)).data ?? null) : null;
}
