import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Simulator, startSimulator } from '@darkroom/minimax-simulator';
import { buildConnector } from 'undici';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { createMiniMaxClient, MiniMaxError } from '../src/index.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ images: 'plain' });
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const generate = (baseUrl = simulator.url, connect?: buildConnector.connector) =>
  createMiniMaxClient({ apiKey: 'key', baseUrl, connect }).generateImage({ model: 'image-01', prompt: 'a red fox' });

test.each([[[100]], [[102]], [[103]], [[100, 100, 100]], [[100, 102, 103, 199]]])(
  'reads the final answer after unsolicited interim answers: %j',
  async (statuses) => {
    simulator.script({ fault: { kind: 'interim', statuses } });
    expect((await generate()).images).toHaveLength(1);
    expect(simulator.calls()).toHaveLength(1);
  },
);

test('reads the final answer after interim answers that arrive a byte at a time', async () => {
  simulator.script({ fault: { kind: 'interim', statuses: [100, 103], inPieces: true } });
  expect((await generate()).images).toHaveLength(1);
});

test('reads the final answer after an interim answer over TLS', async () => {
  const [cert, key] = ['cert', 'key'].map((name) =>
    readFileSync(new URL(`fixtures/localhost-${name}.pem`, import.meta.url)),
  );
  const server = createServer({ cert, key }, (_request, response) => {
    response.writeContinue();
    response.end('{"data":{"image_urls":["https://cdn.example.com/a.jpg"]}}');
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  // A listening TCP server always has an address with a port.
  const { port } = server.address() as AddressInfo;
  const connect = buildConnector({ ca: cert, servername: 'localhost' });
  expect((await generate(`https://127.0.0.1:${port}`, connect)).images).toHaveLength(1);
});

test('rejects at once with connection_lost on an unsolicited 101', async () => {
  simulator.script({ fault: { kind: 'interim', statuses: [101] } });
  const error = await generate().catch((thrown: unknown) => thrown);
  expect(MiniMaxError.isInstance(error) && error).toMatchObject({ kind: 'connection_lost', taken: 'unknown' });
});
