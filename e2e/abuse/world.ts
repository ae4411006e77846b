/** What requests may name: a token that is good, and what the requests before have left. */
export interface World {
  token: string;
  jobIds: string[];
  /** As `upload://…`. */
  uploads: string[];
}

/** A request as bytes for a socket. */
export interface Probe {
  bytes: Buffer;
  /** Its framing is right: the server will not wait for more. */
  isWhole: boolean;
  /** Nothing is wrong with it: only a full queue may refuse it. */
  isFit: boolean;
}

export type MakeProbe = (world: World) => Probe;

export interface Parts {
  method: string;
  address: string;
  headers: string[];
  body?: Buffer | undefined;
}

/** A request of one's own framing, on a connection of its own. */
export function writeRequest({ method, address, headers, body }: Parts, version = 'HTTP/1.1'): Buffer {
  const head = [`${method} ${address} ${version}`, 'Host: localhost', 'Connection: close', ...headers].join('\r\n');
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), body ?? Buffer.alloc(0)]);
}
