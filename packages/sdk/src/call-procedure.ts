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
} as const satisfies { [N in Name]: Procedures[N]['_def']['type'] };

/** Calls one procedure; rejects with an `ImageApiError`. */
export type CallProcedure = <N extends Name>(
  name: N,
  input: Input<N>,
  signal: AbortSignal | undefined,
) => Promise<Output<N>>;

/**
 * Calls over tRPC's batch link, one a request: a batch would end the holding of status answers. It is this link because
 * `httpLink` touches FormData and Blob, which mini programs do not have; and the link by itself because the root of
 * @trpc/client 11.25 is not marked free of side effects, so that web sockets and streams come along with
 * `createTRPCClient`: 4 kB of gzip.
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
      link({ op, next: noFurtherLink }).subscribe({
        // The router's own types say what this procedure answers with.
        next: ({ result }) => resolve(('data' in result ? result.data : undefined) as Output<typeof name>),
        error: (error) => reject(errorFromCall(error, signal)),
      });
    });
}

function noFurtherLink(): never {
  throw new Error('The batch link ends the chain.');
}

/** One job or page, or one error; anything else comes from in front of tRPC: the server's limits, a proxy, a wrong address. */
function isTrpcAnswer(body: unknown): boolean {
  const call: unknown = Array.isArray(body) ? body[0] : body;
  if (!isObject(call)) return false;
  return 'error' in call || ('result' in call && isObject(call.result) && 'data' in call.result);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
