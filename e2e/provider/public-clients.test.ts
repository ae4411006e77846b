import { CHECKOUT, readAstronaut } from '@darkroom/test-kit/process/checkout';
import type { Child } from '@darkroom/test-kit/process/spawn-child';
import { createTempDir } from '@darkroom/test-kit/process/temp-dir';
import { type Provider, startProvider } from '@darkroom/test-kit/provider/start-provider';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { callMcpTool } from './clients/call-mcp-tool.ts';
import { runClient } from './clients/run-client.ts';

const KEY = 'a-key-of-the-tests';
const JPEG = { format: 'jpeg', width: 1280, height: 720 };

/** minimax-api.md, section 7: in URL mode the SDK requires https, so images are requested as base64. */
describe('the SDK of MiniMax against the simulator', () => {
  async function runSdk(baseUrl: string | undefined, request: object): Promise<Child> {
    const folder = await createTempDir();
    const input = JSON.stringify({ baseUrl, apiKey: KEY, request: { response_format: 'base64', ...request } });
    return runClient(`${CHECKOUT}e2e/provider/clients/mmx-generate.ts`, { folder, input });
  }

  test('receives its images', async () => {
    const { url, calls } = await startProvider({ apiKey: KEY });
    const reference = `data:image/png;base64,${Buffer.from(await readAstronaut()).toString('base64')}`;
    const request = {
      prompt: '宇航员走在向日葵花田里',
      aspect_ratio: '16:9',
      n: 2,
      seed: 7,
      subject_reference: [{ type: 'character', image_file: reference }],
    };

    const client = await runSdk(url, request);

    expect(await client.ended).toBe(0);
    expect(client.stderr).toEqual([]);
    const files = z.array(z.string()).parse(JSON.parse(client.stdout.join('')));
    expect(await Promise.all(files.map((file) => sharp(file).metadata()))).toMatchObject([JPEG, JPEG]);
    expect(calls()).toMatchObject([{ answer: 'images', request: { ...request, response_format: 'base64' } }]);
  });

  test.each([
    [1002, 'rate limit'],
    [1008, 'insufficient balance'],
    [1026, 'input new_sensitive'],
    ['2013', 'invalid params'],
  ])('receives the error %o in the form that it expects', async (code, message) => {
    const provider = await startProvider();
    provider.script({ fault: { kind: 'base_resp', code, message } });

    const client = await runSdk(provider.url, { prompt: 'a red fox' });

    expect(await client.ended).toBe(1);
    expect(client.stderr.join('\n')).toContain(message);
    expect(client.stderr.join('\n')).not.toContain('beyond the loopback');
    expect(provider.calls()).toHaveLength(1);
  });

  test('addresses MiniMax itself without a base URL, which the test blocks', async () => {
    const client = await runSdk(undefined, { prompt: 'a red fox' });

    expect(await client.ended).toBe(1);
    expect(client.stderr[0]).toBe('beyond the loopback: api.minimax.cn');
  });
});

describe('the MCP server of MiniMax against the simulator', () => {
  async function draw({ url }: Provider, mode: 'url' | 'local'): Promise<string> {
    const folder = await createTempDir();
    const env = {
      MINIMAX_API_KEY: KEY,
      MINIMAX_API_HOST: url,
      MINIMAX_RESOURCE_MODE: mode,
      MINIMAX_MCP_BASE_PATH: folder,
    };
    return callMcpTool('text_to_image', { prompt: 'a red fox', aspectRatio: '16:9', n: 2 }, { folder, env });
  }

  test('returns links that lead to images', async () => {
    const provider = await startProvider({ apiKey: KEY });

    const text = await draw(provider, 'url');

    const links = /^Success\. Image URL\(s\): (\S+), (\S+)$/.exec(text)?.slice(1) ?? [];
    const images = await Promise.all(links.map(async (link) => (await fetch(link)).arrayBuffer()));
    expect(await Promise.all(images.map((bytes) => sharp(bytes).metadata()))).toMatchObject([JPEG, JPEG]);
    const request = { model: 'image-01', prompt: 'a red fox', aspect_ratio: '16:9', n: 2, prompt_optimizer: true };
    expect(provider.calls()).toMatchObject([{ answer: 'images', request }]);
  });

  test('downloads the images by itself', async () => {
    const text = await draw(await startProvider(), 'local');

    const files = /^Image\(s\) saved: (.+), (.+)$/.exec(text)?.slice(1) ?? [];
    expect(await Promise.all(files.map((file) => sharp(file).metadata()))).toMatchObject([JPEG, JPEG]);
  });

  test('returns the error message and the trace id', async () => {
    const provider = await startProvider({ apiKey: 'another key' });
    expect(await draw(provider, 'url')).toMatch(/API Error: login fail.*check your API key.*Trace ID: [0-9a-f]{32}$/);

    const strict = await startProvider();
    strict.script({ fault: { kind: 'base_resp', code: 1026 } });
    expect(await draw(strict, 'url')).toMatch(/API Error: input new_sensitive Trace ID: [0-9a-f]{32}$/);
  });
});
