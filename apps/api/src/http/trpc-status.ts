import { type ImageService, StatusQuery, type Viewer } from '@darkroom/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EndedAnswers } from '../jobs/ended-answers.ts';
import { watchOptions } from './watch-options.ts';

interface Deps {
  images: ImageService;
  recall: EndedAnswers['recall'];
  viewerOf(request: FastifyRequest): Viewer;
  answerByAdapter(request: FastifyRequest, reply: FastifyReply, images: ImageService): Promise<void>;
}

/** What tRPC's HTTP adapter sets on every answer to a query. */
const VARY = 'trpc-accept, accept';
/** The adapter reads these parameters of a query's URL; others change how it answers. */
const PARAMETERS = ['input', 'batch'];

/**
 * Answers `GET /trpc/image.status` without tRPC's adapter, which costs several times what the rest of the answer does.
 * Status, headers and bytes are the adapter's own. The adapter answers everything else: errors, streams, connection
 * parameters, batches of several calls.
 */
export function createTrpcStatus({ images, recall, viewerOf, answerByAdapter }: Deps) {
  return function answerStatus(request: FastifyRequest, reply: FastifyReply): unknown {
    const call = readCall(request);
    if (!call) return answerByAdapter(request, reply, images);
    const { query, isBatch } = call;
    const viewer = viewerOf(request);
    function answer(json: string): Buffer {
      reply.header('vary', VARY).header('content-type', 'application/json');
      // Fastify would add a charset to the type of a string.
      return Buffer.from(isBatch ? `[{"result":{"data":${json}}}]` : `{"result":{"data":${json}}}`);
    }
    const known = recall(viewer, query.job_id);
    if (known) return answer(known.json);
    return images.status(viewer, query, watchOptions(query, reply)).then(
      (job) => answer(JSON.stringify(job)),
      // The service is not asked again.
      (error: unknown) => answerByAdapter(request, reply, { ...images, status: () => Promise.reject(error) }),
    );
  };
}

interface Call {
  query: StatusQuery;
  isBatch: boolean;
}

function readCall({ headers, query }: FastifyRequest): Call | null {
  if (headers['trpc-accept'] !== undefined || headers['content-type'] !== undefined) return null;
  if (headers.accept?.includes('jsonl')) return null;
  if (typeof query !== 'object' || query === null) return null;
  const parameters = new Map(Object.entries(query));
  for (const name of parameters.keys()) if (!PARAMETERS.includes(name)) return null;
  const batch: unknown = parameters.get('batch');
  if (batch !== undefined && batch !== '1') return null;
  const isBatch = batch === '1';
  const input = parseJson(parameters.get('input'));
  const status = StatusQuery.safeParse(isBatch ? firstOf(input) : input);
  return status.success ? { query: status.data, isBatch } : null;
}

/** The input of a batch of one call. */
function firstOf(inputs: unknown): unknown {
  return typeof inputs === 'object' && inputs !== null && '0' in inputs ? inputs[0] : undefined;
}

function parseJson(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
