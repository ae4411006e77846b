/** What requests may refer to: a valid token, and the jobs and uploads of earlier requests. */
export interface KnownData {
  token: string;
  jobIds: string[];
  /** Each as `upload://…`. */
  uploads: string[];
}

/** A request as bytes for a socket. */
export interface Probe {
  bytes: Buffer;
  /** Whether its framing is correct, so that the server does not wait for more bytes. */
  isWhole: boolean;
  /** Whether it is valid, so that only a full queue may refuse it. */
  isValid: boolean;
}

export type MakeProbe = (known: KnownData) => Probe;

export interface Parts {
  method: string;
  address: string;
  headers: string[];
  body?: Buffer | undefined;
}

/** Writes a request with custom framing, for a connection of its own. */
export function writeRequest({ method, address, headers, body }: Parts, version = 'HTTP/1.1'): Buffer {
  const head = [`${method} ${address} ${version}`, 'Host: localhost', 'Connection: close', ...headers].join('\r\n');
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), body ?? Buffer.alloc(0)]);
}
