import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const Ready = z.object({ url: z.string() });

/**
 * Starts the MiniMax simulator as a child process, which ends with this process. Its images and port survive a restart.
 * Returns its URL.
 */
export async function startSimulator(dataDir: string): Promise<string> {
  const main = fileURLToPath(import.meta.resolve('@darkroom/minimax-simulator/main'));
  const child = fork(main, ['--port', '0', '--state', path.join(dataDir, 'simulator')], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error('The MiniMax simulator ended before it was ready');
  });
  const [message] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => {}); // from now on, its exit shows as failing calls
  return Ready.parse(message).url;
}
