import { execFileSync } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { ImageJob } from '@darkroom/contracts';
import { createImageClient } from '@darkroom/sdk';
import { cleanEnvironment } from '@darkroom/test-kit/api/api-environment';
import { followUntil } from '@darkroom/test-kit/client/follow-until';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { CHECKOUT } from '@darkroom/test-kit/process/checkout';
import { findFreePort } from '@darkroom/test-kit/process/free-port';
import { printedCurl } from '@darkroom/test-kit/process/printed-curl';
import { findProcesses, isRunning } from '@darkroom/test-kit/process/running-processes';
import { startChild } from '@darkroom/test-kit/process/start-child';
import { findTool } from '@darkroom/test-kit/process/system-tools';
import { createTempDir } from '@darkroom/test-kit/process/temp-dir';
import { expect, test } from 'vitest';
import * as z from 'zod';

const Created = z.object({ code: z.literal(202), data: ImageJob });
const Listening = z.object({ pid: z.number(), msg: z.literal('listening') });

test.skipIf(!findTool('nginx'))(
  'npm run cluster: serves by nginx, survives a killed worker, ends on Ctrl+C',
  async () => {
    const dataDir = await createTempDir();
    await chmod(dataDir, 0o755); // PostgreSQL runs as another user when this runs as root
    const port = await findFreePort('127.0.0.1');
    const env = { ...cleanEnvironment(), PORT: String(port), DATA_DIR: dataDir };
    const cluster = startChild('npm', ['run', 'cluster'], { cwd: CHECKOUT, env, detached: true });

    const token = await cluster.line((line) => /^ +Token +(\S+)$/.exec(line)?.[1] ?? null);
    await cluster.lineWith('Follow it');
    const url = `http://localhost:${port}`;
    expect(cluster.stdout).toContain(`  Open      ${url}`);
    expect((await fetch(url)).headers.get('content-type')).toContain('text/html');
    expect((await fetch(`${url}/metrics`)).status).toBe(404); // nginx is in front, configured by deploy/nginx.conf
    expect((await fetch(`${url}/dev/token`)).status).toBe(404); // a proxied client is not known to be local
    expect(cluster.stdout).toContain(`  Signed in ${url}/#/?token=${token}`);

    // From create to image, all of it through the proxy.
    const answer = execFileSync('bash', ['-c', printedCurl(cluster.stdout)], { encoding: 'utf8' });
    const client = createImageClient({ baseUrl: url, token });
    const job = await client.wait(Created.parse(JSON.parse(answer)).data);
    expect(job).toMatchObject({ status: 'COMPLETED', assets: [{ width: 1280, height: 720 }] });
    const image = await fetch(job.status === 'COMPLETED' ? (job.images[0] ?? '') : '');
    expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/jpeg']);

    // One worker is killed; the cluster continues.
    const pidOf = (name: string) => (line: string) =>
      line.startsWith(`${name} {`)
        ? (Listening.safeParse(JSON.parse(line.slice(name.length))).data?.pid ?? null)
        : null;
    process.kill(await cluster.line(pidOf('worker-1')), 'SIGKILL');
    expect(await client.generate(imageRequest('without it'))).toMatchObject({ status: 'COMPLETED' });
    await cluster.line((line) => (line.startsWith('worker-1 ended with SIGKILL') ? line : null));

    // Ctrl+C waits for a call that is paid for, and leaves no process behind.
    const last = await client.create(imageRequest('paid for, so waited for'));
    await followUntil(client, last.job_id, (now) => now.status === 'PROCESSING');
    const children = findProcesses(dataDir);
    cluster.signal('SIGINT');
    expect(await cluster.ended).toBe(0);
    expect(cluster.stdout.at(-1)).toBe('All of it has ended.');
    expect(cluster.stdout.filter((line) => line.includes('"msg":"stopped"'))).toHaveLength(4);
    expect(children.filter(isRunning)).toEqual([]);
  },
);
