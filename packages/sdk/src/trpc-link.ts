import type { AppRouter } from '@darkroom/contracts/router';
import { httpBatchLink, type TRPCLink } from '@trpc/client';
import { errorFromAnswer } from './read-error.ts';
import type { Answer } from './transport.ts';

interface TrpcLinkDeps {
  url: string;
  exchange(
    url: string,
    init: { method: string; headers: Record<string, string>; body?: string },
    signal: AbortSignal | null | undefined,
  ): Promise<Answer>;
}

/**
 * tRPC's batch link, held to one call a request: a batch would end the holding of status answers. It is this link because
 * `httpLink` touches FormData and Blob, which mini programs do not have.
 */
export function trpcLink({ url, exchange }: TrpcLinkDeps): TRPCLink<AppRouter> {
  return httpBatchLink({
    url,
    maxItems: 1,
    async fetch(input, init) {
      const answer = await exchange(
        String(input),
        {
          method: init?.method ?? 'GET',
          headers: { ...(typeof init?.body === 'string' && { 'content-type': 'application/json' }) },
          ...(typeof init?.body === 'string' && { body: init.body }),
        },
        init?.signal,
      );
      if (!isTrpcAnswer(answer.body)) throw errorFromAnswer(answer);
      return { ok: answer.status < 400, json: async () => answer.body };
    },
  });
}

/** One job or page, or one error; anything else comes from in front of tRPC: the server's own limits, a proxy, a wrong address. */
function isTrpcAnswer(body: unknown): boolean {
  const call: unknown = Array.isArray(body) ? body[0] : body;
  if (!isObject(call)) return false;
  return 'error' in call || ('result' in call && isObject(call.result) && 'data' in call.result);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
