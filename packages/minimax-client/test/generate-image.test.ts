import { type Simulator, startSimulator } from '@darkroom/minimax-simulator';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createMiniMaxClient, type MiniMaxClient } from '../src/index.ts';

let simulator: Simulator;
let client: MiniMaxClient;

beforeAll(async () => {
  simulator = await startSimulator({ pictures: 'plain' });
  client = createMiniMaxClient({ apiKey: 'key', baseUrl: simulator.url });
});
afterEach(() => simulator.reset());
afterAll(() => simulator.close());

describe('a call that goes well', () => {
  test('gives links, ids and the count of what is missing', async () => {
    simulator.script({ fault: { kind: 'fewer_images', delivered: 2 } });
    const result = await client.generateImage({ model: 'image-01', prompt: 'a red fox', n: 3 });
    expect(result).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      traceId: result.id,
      images: [{ url: expect.stringContaining('%2F') }, { url: expect.stringContaining('Signature=') }],
      failedCount: 1,
    });
  });
});
