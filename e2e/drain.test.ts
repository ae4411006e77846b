import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { GENERATION_PATH } from '@darkroom/contracts/rest';
import { startApi } from '@darkroom/test-kit/api/start-api';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { describe, expect, onTestFinished, test } from 'vitest';

describe('SIGTERM', () => {
  test('lets the running call end, refuses new requests and leaves waiting jobs to the next start', async () => {
    const provider = await startProvider();
    provider.script({ prompt: 'running', hold: true });
    const api = await startApi(provider, { GENERATION_CONCURRENCY: 1 });
    const { sdk, rest } = api.user();
    const running = await sdk.create(imageRequest('running'));
    await provider.held(1);
    const waiting = await sdk.create(imageRequest('waiting'));
    const heldPoll = sdk.status(waiting.job_id, { waitSeconds: 25, signal: AbortSignal.timeout(15_000) });

    api.process.signal('SIGTERM');
    await api.process.lineWith('"msg":"draining"');

    expect(await heldPoll).toMatchObject({ status: 'PENDING' });
    const refused = await rest.refused('POST', GENERATION_PATH, imageRequest('too late'));
    expect(refused).toMatchObject({ status: 503, error_code: 'draining' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await fetch(`${api.url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${api.url}/health/live`)).status).toBe(200);
    expect((await rest.status(running.job_id)).data).toMatchObject({ status: 'PROCESSING' });
    expect(await sdk.list()).toMatchObject({ jobs: [{ job_id: waiting.job_id }, { job_id: running.job_id }] });

    provider.release();
    expect(await api.process.ended).toBe(0);
    expect(provider.prompts()).toEqual(['running']);

    const after = (await api.restart()).user();
    expect(await after.sdk.wait(running.job_id)).toMatchObject({ status: 'COMPLETED', charged: 'yes' });
    expect(await after.sdk.wait(waiting.job_id)).toMatchObject({ status: 'COMPLETED', charged: 'yes' });
    expect(provider.prompts()).toEqual(['running', 'waiting']);
  });

  test('ends the process at once when no call is running', async () => {
    const api = await startApi(await startProvider());
    api.process.signal('SIGTERM');
    expect(await api.process.ended).toBe(0);
    expect(api.process.stderr).toEqual([]);
  });

  test('ends the process cleanly while clients hold connections, unfinished requests and downloads open', async () => {
    const provider = await startProvider();
    provider.script({ fault: { kind: 'image', image: { kind: 'padded', bytes: 20_000_000 } } });
    const api = await startApi(provider, { IMAGE_FORMAT: 'original' });
    const { sdk, token } = api.user();
    const job = await sdk.generate(imageRequest('large'));
    const url = job.images[0] ?? '';
    const { pathname, search } = new URL(url);
    const file = `GET ${pathname}${search} HTTP/1.1\r\nhost: a\r\n\r\n`;
    const post = `POST ${GENERATION_PATH} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\n`;
    const json = 'content-type: application/json\r\ncontent-length: 100\r\n\r\n{';
    const held = await Promise.all(['', 'GET / HTTP/1.1\r\nhost: a\r\n', post + json, file].map(hold));
    const reading = await fetch(url);

    api.process.signal('SIGTERM');
    await api.process.lineWith('"msg":"draining"');
    expect(await reading.arrayBuffer()).toHaveProperty('byteLength', 20_000_000);

    expect(await api.process.ended).toBe(0);
    expect(api.process.stderr).toEqual([]);
    for (const socket of held) socket.destroy();
    expect(await (await api.restart()).user().sdk.status(job.job_id)).toMatchObject({ status: 'COMPLETED' });

    /** Sends exactly this text, and reads nothing of the answer. */
    async function hold(text: string): Promise<Socket> {
      const socket = connect(api.port, '127.0.0.1').pause();
      socket.on('error', () => {}); // it may be cut off
      onTestFinished(() => void socket.destroy());
      await once(socket, 'connect');
      socket.write(text);
      return socket;
    }
  });

  test('ends the process without waiting for the call when it is sent a second time', async () => {
    const provider = await startProvider();
    provider.script({ hold: true });
    const api = await startApi(provider);
    await api.user().sdk.create(imageRequest('never answered'));
    await provider.held(1);

    api.process.signal('SIGTERM');
    await api.process.lineWith('"msg":"draining"');
    api.process.signal('SIGTERM');

    expect(await api.process.ended).toBe(1);
  });
});
