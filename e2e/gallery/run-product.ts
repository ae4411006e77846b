import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { API_MAIN } from '../harness/checkout.ts';

const Listening = z.object({ msg: z.literal('listening'), url: z.string() });

/** Runs the API on its embedded defaults, simulator included, on a free port and in an empty folder, as long as `use` does. */
export async function runProduct<Result>(use: (url: string) => Promise<Result>): Promise<Result> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'darkroom-gallery-'));
  const { PATH, HOME } = process.env;
  const api = spawn(process.execPath, [API_MAIN], {
    cwd: dataDir,
    env: { PATH, HOME, DATA_DIR: dataDir, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(api, 'exit');
  try {
    return await use(await listeningUrl(createInterface(api.stdout)));
  } finally {
    api.kill('SIGTERM');
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  }
}

function listeningUrl(lines: AsyncIterable<string> & NodeJS.EventEmitter): Promise<string> {
  return new Promise((resolve, reject) => {
    lines.on('line', (line: string) => {
      const listening = line.startsWith('{') ? Listening.safeParse(JSON.parse(line)).data : undefined;
      if (listening) resolve(listening.url);
    });
    lines.on('close', () => reject(new Error('The API ended before it listened')));
  });
}
