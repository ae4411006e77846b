import * as z from 'zod';

export type Settings = Record<string, string | number>;

export const JWT_SECRET = 'a secret of the tests, longer than 32 bytes';
const Listening = z.object({ msg: z.literal('listening'), url: z.string(), port: z.number(), pid: z.number() });

/** Nothing of the developer's own settings. With Node's compile cache a process starts with a fifth less CPU. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  return { PATH, HOME, ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }) };
}

/** An API on a free port of this machine, with a provider that runs elsewhere. */
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

/** What the API logs when it listens; null for every other line. */
export function readListening(line: string): z.output<typeof Listening> | null {
  return line.startsWith('{') ? (Listening.safeParse(JSON.parse(line)).data ?? null) : null;
}
