import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cleanEnvironment } from '@darkroom/test-kit/api/api-environment';
import type { Api } from '@darkroom/test-kit/api/start-api';
import { nginxConfig } from '@darkroom/test-kit/infrastructure/nginx-config';
import { CHECKOUT } from '@darkroom/test-kit/process/checkout';
import { findFreePort } from '@darkroom/test-kit/process/free-port';
import { spawnChild } from '@darkroom/test-kit/process/spawn-child';
import { findTool } from '@darkroom/test-kit/process/system-tools';
import { createTempDir } from '@darkroom/test-kit/process/temp-dir';
import { onTestFinished } from 'vitest';

/** How an API is reached: directly, or through a proxy configured as in deploy/, apart from addresses and TLS. */
export const ROUTES = ['direct', 'nginx', 'nginx, unbuffered', 'caddy'] as const;
export type Route = (typeof ROUTES)[number];

/** Whether the proxy is installed on this machine. */
export function isInstalled(route: Route): boolean {
  if (route === 'direct') return true;
  return findTool(route === 'caddy' ? 'caddy' : 'nginx') !== undefined;
}

/** The API's address by this route. */
export async function openRoute(route: Route, api: Api): Promise<string> {
  if (route === 'direct') return api.url;
  const port = String(await findFreePort('127.0.0.1'));
  const dir = await createTempDir();
  if (route === 'caddy') await startCaddy(port, dir, api);
  else await startNginx(port, dir, api, route === 'nginx, unbuffered');
  const url = `http://127.0.0.1:${port}`;
  await untilItAnswers(`${url}/health/live`);
  return url;
}

async function startNginx(port: string, dir: string, api: Api, isUnbuffered: boolean): Promise<void> {
  const apiPorts = [String(api.port), String(api.port)];
  const settings = nginxConfig({ port, apiPorts, dir });
  const file = path.join(dir, 'nginx.conf');
  await writeFile(
    file,
    isUnbuffered ? settings.replace('proxy_pass', 'proxy_request_buffering off;\nproxy_pass') : settings,
  );
  run(findTool('nginx') ?? '', ['-c', file, '-p', dir], { cwd: dir, env: cleanEnvironment() });
}

async function startCaddy(port: string, dir: string, api: Api): Promise<void> {
  const site = readFileSync(`${CHECKOUT}deploy/Caddyfile`, 'utf8')
    .replace('{$DOMAIN} {', `http://127.0.0.1:${port} {`)
    .replace('api-1:8080 api-2:8080', `127.0.0.1:${api.port}`);
  const file = path.join(dir, 'Caddyfile');
  await writeFile(file, `{\n\tadmin off\n}\n${site}`);
  const env = { ...cleanEnvironment(), XDG_CONFIG_HOME: dir, XDG_DATA_HOME: dir };
  run(findTool('caddy') ?? '', ['run', '--config', file, '--adapter', 'caddyfile'], { cwd: dir, env });
}

async function untilItAnswers(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(url).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Ends with the test, by SIGTERM: nginx's workers outlive a master that is killed. */
function run(command: string, args: string[], options: { cwd: string; env: NodeJS.ProcessEnv }): void {
  const child = spawnChild(command, args, options);
  onTestFinished(async () => {
    child.signal('SIGTERM');
    await child.ended;
  });
}
