import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { listeningUrl } from '../launcher.ts';

const API_MAIN = 'apps/api/src/main.ts';
const START_AGAIN_MS = 1_000;

export interface KeptProcess {
  /** Resolves when it listens for the first time. */
  listening: Promise<void>;
  /** Drains it; resolves when it has ended. */
  end(): Promise<void>;
  /** Kills it at once. */
  kill(): void;
}

/**
 * Runs one process of the deployment in a process group of its own, and restarts it when it ends by itself, as
 * compose.yaml does.
 */
export function keepRunning(name: string, env: NodeJS.ProcessEnv): KeptProcess {
  const listening = Promise.withResolvers<void>();
  let isEnding = false;
  let child: ChildProcess | undefined;

  async function live(): Promise<void> {
    child = fork(API_MAIN, { env, detached: true, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    const exit = once(child, 'exit');
    if (child.stdout) {
      createInterface(child.stdout).on('line', (line) => {
        console.log(`${name} ${line}`);
        if (listeningUrl(line)) listening.resolve();
      });
    }
    const [code, signal] = await exit;
    if (isEnding) return;
    console.log(`${name} ended with ${code ?? signal}, and is started again`);
    await sleep(START_AGAIN_MS);
    if (!isEnding) await live();
  }

  const ended = live();
  return {
    listening: listening.promise,
    async end() {
      isEnding = true;
      if (child?.connected) child.disconnect();
      await ended;
    },
    kill() {
      isEnding = true;
      child?.kill('SIGKILL');
    },
  };
}
