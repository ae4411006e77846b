import net from 'node:net';

export interface StatementCounter {
  /** The address of the same server, through the counter. */
  url: string;
  /** Statements since the last reset, by their beginning. */
  counts(): Map<string, number>;
  reset(): void;
  close(): Promise<void>;
}

/**
 * Counts what clients send to PostgreSQL, as a proxy on the wire: simple queries (Q) and executions of parsed ones (E).
 * https://www.postgresql.org/docs/18/protocol-message-formats.html
 */
export async function startStatementCounter(serverUrl: string): Promise<StatementCounter> {
  const target = new URL(serverUrl);
  let counts = new Map<string, number>();
  const sockets = new Set<net.Socket>();
  const count = (text: string) => counts.set(text, (counts.get(text) ?? 0) + 1);

  const server = net.createServer((client) => {
    const upstream = net.connect(Number(target.port), target.hostname);
    const read = createReader(count);
    client.on('data', read);
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {}); // the other end shows it
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The counter listens on no port');
  const url = new URL(serverUrl);
  url.port = String(address.port);
  return {
    url: url.href,
    counts: () => new Map(counts),
    reset() {
      counts = new Map();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const LENGTH_BYTES = 4;
const SHOWN = 110;

/** Splits the bytes of one client into messages. The first message, without a type, opens the session. */
function createReader(count: (text: string) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let isOpening = true;
  let parsed = '';
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const typeBytes = isOpening ? 0 : 1;
      if (rest.length < typeBytes + LENGTH_BYTES) return;
      const end = typeBytes + rest.readInt32BE(typeBytes);
      if (rest.length < end) return;
      const type = isOpening ? '' : String.fromCharCode(rest[0] ?? 0);
      const body = rest.subarray(typeBytes + LENGTH_BYTES, end);
      isOpening = false;
      rest = rest.subarray(end);
      if (type === 'P') parsed = textOf(body.subarray(body.indexOf(0) + 1));
      if (type === 'Q') count(textOf(body));
      if (type === 'E') count(parsed);
    }
  };
}

/** Reads a zero-terminated text, its white space collapsed and its beginning only. */
function textOf(bytes: Buffer): string {
  return bytes.subarray(0, bytes.indexOf(0)).toString().replaceAll(/\s+/g, ' ').trim().slice(0, SHOWN);
}
