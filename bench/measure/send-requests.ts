import { Pool } from 'undici';

export interface Request {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** A client with a fixed number of connections that stay open, each with one request at a time. */
export interface Connections {
  /** Sends the requests that `next` returns and reads the answers whole. Rejects if one has another status. */
  send(times: number, next: (number: number) => Request, status?: number): Promise<void>;
  close(): Promise<void>;
}

export function openConnections(url: string, connections: number): Connections {
  const pool = new Pool(url, { connections, pipelining: 1 });

  async function sendOne({ method, path, headers, body }: Request, status: number): Promise<void> {
    const answer = await pool.request({ method, path, headers, body: body ?? null });
    if (answer.statusCode === status) return answer.body.dump({ limit: Number.MAX_SAFE_INTEGER });
    throw new Error(`${method} ${path} was answered with ${answer.statusCode}: ${await answer.body.text()}`);
  }

  return {
    async send(times, next, status = 200) {
      let sent = 0;
      const work = async () => {
        while (sent < times) await sendOne(next(sent++), status);
      };
      await Promise.all(Array.from({ length: connections }, work));
    },
    close: () => pool.close(),
  };
}
