import {
  CreateImage,
  IdempotencyKey,
  ImageError,
  type ImageJob,
  type ImageService,
  type Issue,
  issuesOf,
  ListQuery,
  StatusQuery,
  type Viewer,
} from '@darkroom/contracts';
import {
  type Envelope,
  GENERATION_PATH,
  MESSAGE_CREATED,
  MESSAGE_OK,
  MODELS_PATH,
  STATUS_MESSAGES,
} from '@darkroom/contracts/rest';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { EndedAnswers } from '../jobs/ended-answers.ts';
import { refuseOtherMethods } from './refuse-other-methods.ts';
import { watchOptions } from './watch-options.ts';

interface Deps {
  images: ImageService;
  recall: EndedAnswers['recall'];
  viewerOf(request: FastifyRequest): Viewer;
}

const Params = z.object({ job_id: z.string() });

/** As Fastify names the JSON that it serializes itself. */
const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Query strings hold only text, so numbers are parsed. An empty value counts as absent, and so does `null`: clients
 * write it for a `next_cursor` that is null, and it is no valid value of any parameter. Unknown keys are ignored.
 */
const QueryNumber = z.preprocess(
  (text) => (typeof text === 'string' && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text),
  z.unknown(),
);
const StatusQueryString = z.object({ wait_seconds: QueryNumber, after_version: QueryNumber });
const QueryText = z.unknown().optional();
const ListQueryString = z.object({ limit: QueryNumber, cursor: QueryText, status: QueryText, star_id: QueryText });

/**
 * The REST routes of jobs and models. Each one parses its input, calls one method of the service and wraps the result.
 */
export function restRoutes(server: FastifyInstance, { images, recall, viewerOf }: Deps): void {
  const jobUrl = `${GENERATION_PATH}/:job_id`;

  server.post(GENERATION_PATH, async (request, reply) => {
    const viewer = viewerOf(request);
    const input = parse(CreateImage, request.body);
    const job = await images.create(viewer, input, { idempotency_key: idempotencyKeyOf(request) });
    return reply.code(202).send(envelope(job, MESSAGE_CREATED, 202));
  });

  server.get(GENERATION_PATH, async (request) => {
    const query = parse(ListQuery, dropAbsent(ListQueryString.parse(request.query)));
    return envelope(await images.list(viewerOf(request), query));
  });

  server.get(jobUrl, (request, reply) => {
    const viewer = viewerOf(request);
    const { job_id } = Params.parse(request.params);
    const fields = dropAbsent(StatusQueryString.parse(request.query));
    const known = Object.keys(fields).length === 0 ? recall(viewer, job_id) : null;
    if (known) {
      reply.header('content-type', JSON_TYPE);
      return envelopeJson(known.json, STATUS_MESSAGES[known.status]);
    }
    const query = parse(StatusQuery, { ...fields, job_id });
    const status = images.status(viewer, query, watchOptions(query, reply));
    return status.then((job) => envelope(job, STATUS_MESSAGES[job.status]));
  });

  server.post(`${jobUrl}/cancel`, async (request) => {
    const { job_id } = Params.parse(request.params);
    return envelope<ImageJob>(await images.cancel(viewerOf(request), { job_id }));
  });

  server.delete(jobUrl, async (request) => {
    const { job_id } = Params.parse(request.params);
    return envelope(await images.delete(viewerOf(request), { job_id }));
  });

  server.get(MODELS_PATH, async (request) => envelope(await images.models(viewerOf(request))));

  refuseOtherMethods(server, MODELS_PATH, ['GET', 'HEAD']);
  refuseOtherMethods(server, GENERATION_PATH, ['GET', 'HEAD', 'POST']);
  refuseOtherMethods(server, jobUrl, ['GET', 'HEAD', 'DELETE']);
  refuseOtherMethods(server, `${jobUrl}/cancel`, ['POST']);
}

/** `envelope` of a value that is JSON already, as JSON. */
function envelopeJson(json: string, message: string): string {
  return `{"code":200,"message":${JSON.stringify(message)},"data":${json}}`;
}

export function envelope<Data>(data: Data, message: string = MESSAGE_OK, code = 200): Envelope<Data> {
  return { code, message, data };
}

/** Returns the parsed value. Throws `invalid_request` with an issue for every invalid field. */
function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ImageError('invalid_request', { issues: issuesOf(result.error) });
}

function dropAbsent(query: Record<string, unknown>): Record<string, unknown> {
  const isPresent = (value: unknown) => value !== '' && value !== 'null' && value !== undefined;
  return Object.fromEntries(Object.entries(query).filter(([, value]) => isPresent(value)));
}

function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return undefined;
  const key = IdempotencyKey.safeParse(header);
  if (key.success) return key.data;
  const issues: Issue[] = issuesOf(key.error).map(({ message }) => ({ path: ['Idempotency-Key'], message }));
  throw new ImageError('invalid_request', { issues });
}
