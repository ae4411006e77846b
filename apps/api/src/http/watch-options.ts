import type { StatusQuery, WatchOptions } from '@darkroom/contracts';
import type { FastifyReply } from 'fastify';

/** Ends a long poll when its client disconnects. A status that is answered at once needs no signal. */
export function watchOptions({ wait_seconds }: StatusQuery, { raw }: FastifyReply): WatchOptions {
  if (wait_seconds === 0) return {};
  const disconnected = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) disconnected.abort();
  });
  return { signal: disconnected.signal };
}
