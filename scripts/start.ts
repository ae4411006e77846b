import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { buildClient, listeningUrl, readSettings, welcome } from './launcher.ts';

/** `npm start` builds the H5 client, starts the API and prints how to open and call it. */

const config = readSettings();
buildClient();

const api = fork('apps/api/src/main.ts', { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
const output = api.stdout;
if (!output) throw new Error('The API has no output');
// A terminal's Ctrl+C reaches the API directly, and a second signal would cut short the call that it waits for. So no
// signal is forwarded: the API drains when the IPC channel closes, which also happens when this process is killed.
const letGo = () => api.connected && api.disconnect();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, letGo);
const ended = once(api, 'exit');
for await (const line of createInterface(output)) {
  console.log(line);
  const url = listeningUrl(line);
  if (url) welcome(url, config);
}
const [code] = await ended;
process.exitCode = code ?? 1;
