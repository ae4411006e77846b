import net from 'node:net';

/** A statement that a client has executed, with the values of its parameters as text. */
export interface Statement {
  text: string;
  values: (string | null)[];
}

export interface StatementRecorder {
  /** The address of the same server, through the recorder. */
  url: string;
  /** Statements since the last reset, oldest first. */
  statements(): Statement[];
  reset(): void;
  close(): Promise<void>;
}

/**
 * Records what clients send to PostgreSQL, as a proxy on the wire: simple queries (Q) and executions (E) of parsed (P)
 * and bound (B) ones. https://www.postgresql.org/docs/18/protocol-message-formats.html
 */
export async function startStatementRecorder(serverUrl: string): Promise<StatementRecorder> {
  const target = new URL(serverUrl);
  let statements: Statement[] = [];
  const sockets = new Set<net.Socket>();
  const record = (statement: Statement) => void statements.push(statement);

  const server = net.createServer((client) => {
    const upstream = net.connect(Number(target.port), target.hostname);
    const read = createReader(record);
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
  if (address === null || typeof address === 'string') throw new Error('The recorder listens on no port');
  const url = new URL(serverUrl);
  url.port = String(address.port);
  return {
    url: url.href,
    statements: () => [...statements],
    reset() {
      statements = [];
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const LENGTH_BYTES = 4;

/** Splits the bytes of one client into messages. The first message, without a type, opens the session. */
function createReader(record: (statement: Statement) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let isOpening = true;
  const parsed = new Map<string, string>();
  let bound: Statement = { text: '', values: [] };
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const typeBytes = isOpening ? 0 : 1;
      if (rest.length < typeBytes + LENGTH_BYTES) return;
      const end = typeBytes + rest.readInt32BE(typeBytes);
      if (rest.length < end) return;
      const type = isOpening ? '' : String.fromCharCode(rest[0] ?? 0);
      const body = createBodyReader(rest.subarray(typeBytes + LENGTH_BYTES, end));
      isOpening = false;
      rest = rest.subarray(end);
      if (type === 'P') {
        const name = body.text();
        parsed.set(name, body.text());
      }
      if (type === 'Q') record({ text: body.text(), values: [] });
      if (type === 'B') {
        body.text(); // the portal
        bound = { text: parsed.get(body.text()) ?? '', values: body.values() };
      }
      if (type === 'E') record(bound);
    }
  };
}

function createBodyReader(body: Buffer) {
  let at = 0;
  const int16 = () => {
    at += 2;
    return body.readInt16BE(at - 2);
  };
  return {
    /** A text that ends with a zero byte. */
    text(): string {
      const end = body.indexOf(0, at);
      const text = body.subarray(at, end).toString();
      at = end + 1;
      return text;
    },
    /** The parameters of a Bind message, in text format. */
    values(): (string | null)[] {
      const formats = int16();
      at += 2 * formats;
      return Array.from({ length: int16() }, () => {
        const length = body.readInt32BE(at);
        at += LENGTH_BYTES + Math.max(0, length);
        return length < 0 ? null : body.subarray(at - length, at).toString();
      });
    },
  };
}
