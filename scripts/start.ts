import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { buildClient, listeningUrl, readSettings, welcome } from './way-in.ts';

/** `npm start`: the H5 client built, the API in front of it, and a person shown the way in. */

const config = readSettings();
buildClient();

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
  if (url) welcome(url, config);
}
const [code] = await ended;
process.exitCode = code ?? 1;
