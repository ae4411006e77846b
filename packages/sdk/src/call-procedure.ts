import type { AppRouter } from '@darkroom/contracts/router';
import { httpBatchLink } from '@trpc/client/links/httpBatchLink';
import { errorFromAnswer, errorFromCall } from './read-error.ts';
import type { Answer, OutgoingRequest } from './transport.ts';

type Procedures = AppRouter['image'];
type Name = keyof Procedures;
type Input<N extends Name> = Procedures[N]['_def']['$types']['input'];
type Output<N extends Name> = Procedures[N]['_def']['$types']['output'];

const TYPES = {
  create: 'mutation',
  status: 'query',
  list: 'query',
  cancel: 'mutation',
  delete: 'mutation',
  models: 'query',
} as const satisfies { [N in Name]: Procedures[N]['_def']['type'] };

/** Calls one procedure. Rejects with an `ImageApiError`. */
export type CallProcedure = <N extends Name>(
  name: N,
  input: Input<N>,
  signal: AbortSignal | undefined,
) => Promise<Output<N>>;

/**
 * Calls procedures through tRPC's batch link, with one call per request, since the server does not long-poll in a
 * batch. `httpLink` is not usable: it refers to FormData and Blob, which mini programs do not have. `createTRPCClient`
 * is not used for size: the root of @trpc/client 11.25 is not marked free of side effects, so its WebSocket and
 * streaming links would be bundled as well (4 kB gzipped).
 */
export function createCallProcedure(
  baseUrl: string,
  send: (request: OutgoingRequest, signal: AbortSignal | null | undefined) => Promise<Answer>,
): CallProcedure {
  const link = httpBatchLink<AppRouter>({
    url: `${baseUrl}/trpc`,
    maxItems: 1,
    async fetch(url, init) {
      const request: OutgoingRequest = { url: String(url), method: init?.method ?? 'GET', headers: {} };
      if (typeof init?.body === 'string') {
        request.headers['content-type'] = 'application/json';
        request.body = init.body;
      }
      const answer = await send(request, init?.signal);
      if (!isTrpcAnswer(answer.body)) throw errorFromAnswer(answer);
      return { ok: answer.status < 400, json: async () => answer.body };
    },
  })({});

  let calls = 0;
  return (name, input, signal) =>
    new Promise((resolve, reject) => {
      const op = { id: ++calls, type: TYPES[name], path: `image.${name}`, input, context: {}, signal };
      link({ op, next: failOnNextLink }).subscribe({
        // The link is untyped here; the router's types define the output of this procedure.
        next: ({ result }) => resolve(('data' in result ? result.data : undefined) as Output<typeof name>),
        error: (error) => reject(errorFromCall(error, signal)),
      });
    });
}

function failOnNextLink(): never {
  throw new Error('The batch link ends the chain.');
}

/**
 * Whether a body is a tRPC result or error. Any other body is not from tRPC: the server's request limits, a proxy, or a
 * wrong address answered.
 */
function isTrpcAnswer(body: unknown): boolean {
  const call: unknown = Array.isArray(body) ? body[0] : body;
  if (!isObject(call)) return false;
  return 'error' in call || ('result' in call && isObject(call.result) && 'data' in call.result);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
