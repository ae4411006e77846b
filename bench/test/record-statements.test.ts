import net from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startStatementRecorder } from '../measure/record-statements.ts';

const int16 = (value: number) => Buffer.from([value >> 8, value & 0xff]);
const int32 = (value: number) => Buffer.concat([int16(value >> 16), int16(value & 0xffff)]);
const text = (value: string) => Buffer.from(`${value}\0`);
const message = (type: string, ...parts: Buffer[]) => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
};

test('records simple queries, and executions with the values of their parameters', async () => {
  const server = net.createServer((socket) => socket.resume().on('error', () => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as net.AddressInfo; // it listens on a port
  const recorder = await startStatementRecorder(`postgres://127.0.0.1:${port}/`);
  onTestFinished(recorder.close);
  const client = net.connect(Number(new URL(recorder.url).port), '127.0.0.1');
  const values = Buffer.concat([int16(2), int32(2), Buffer.from('ab'), int32(-1)]);
  const formats = Buffer.concat([int16(1), int16(0)]);
  const bytes = Buffer.concat([
    message('', int32(196_608)),
    message('Q', text('BEGIN')),
    message('P', text('named'), text('SELECT $1, $2'), int16(0)),
    message('B', text(''), text('named'), formats, values, int16(0)),
    message('E', text(''), int32(0)),
  ]);
  client.write(bytes.subarray(0, 20));
  client.write(bytes.subarray(20));

  await vi.waitFor(() =>
    expect(recorder.statements()).toEqual([
      { text: 'BEGIN', values: [] },
      { text: 'SELECT $1, $2', values: ['ab', null] },
    ]),
  );
});
