import type { Issue } from '@darkroom/contracts';
import { GENERATION_PATH, MODELS_PATH } from '@darkroom/contracts/rest';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import * as z from 'zod';
import { bearer } from './tokens.ts';

/** The content of an error, whichever API surface sent it. */
interface Refusal {
  status: number;
  error_code: string;
  /** Paths of the issues, or null if there are none. */
  paths: string[] | null;
}

export type Answer = { data: unknown } | Refusal;
type Headers = Record<string, string>;

const Issues = z.array(z.object({ path: z.array(z.union([z.string(), z.number()])), message: z.string().min(1) }));
const RestError = z.strictObject({
  code: z.int(),
  message: z.string().min(1),
  data: z.null(),
  error_code: z.string(),
  issues: Issues.optional(),
});
const TrpcError = z.object({
  error: z.strictObject({
    message: z.string().min(1),
    code: z.int(),
    data: z.strictObject({
      code: z.string(),
      httpStatus: z.int(),
      path: z.string().optional(),
      error_code: z.string(),
      issues: Issues.optional(),
      retry_after_ms: z.int().optional(),
    }),
  }),
});
const RestData = z.object({ code: z.int(), message: z.string().min(1), data: z.unknown() });
const TrpcData = z.object({ result: z.object({ data: z.unknown() }) });

const pathsOf = (issues: Issue[] | undefined) => issues?.map(({ path }) => path.join('.')) ?? null;

/** The fields of every error on both API surfaces. */
function refusalOf(
  { statusCode: status, headers }: LightMyRequestResponse,
  { error_code, issues }: { error_code: string; issues: Issue[] | undefined },
): Refusal {
  if ((error_code === 'invalid_request') !== (issues !== undefined && issues.length > 0))
    throw new Error(`${error_code} with the issues ${JSON.stringify(issues)}`);
  if (headers['cache-control'] !== 'no-store') throw new Error(`${error_code} may be kept`);
  if ((status === 405) !== (headers.allow !== undefined)) throw new Error(`${status} allows ${headers.allow}`);
  return { status, error_code, paths: pathsOf(issues) };
}

/** Reads a REST answer; throws if it has not the common shape. */
export function readRest(response: LightMyRequestResponse): Answer {
  const status = response.statusCode;
  if (status < 400) return { data: RestData.parse(response.json()).data };
  const { code, error_code, issues } = RestError.parse(response.json());
  if (code !== status) throw new Error(`the body says ${code}, the status ${status}`);
  return refusalOf(response, { error_code, issues });
}

/** Reads the tRPC answer to a single call. */
export function readTrpc(response: LightMyRequestResponse): Answer {
  const status = response.statusCode;
  if (status < 400) return { data: TrpcData.parse(response.json()).result.data };
  const { httpStatus, error_code, issues } = TrpcError.parse(response.json()).error.data;
  if (httpStatus !== status) throw new Error(`the body says ${httpStatus}, the status ${status}`);
  return refusalOf(response, { error_code, issues });
}

type SurfaceCall = (input: unknown, headers?: Headers) => Promise<LightMyRequestResponse>;

/** Every procedure as a request on one API surface. */
export interface Surface {
  name: 'REST' | 'tRPC';
  read(response: LightMyRequestResponse): Answer;
  create: SurfaceCall;
  status: SurfaceCall;
  list: SurfaceCall;
  cancel: SurfaceCall;
  delete: SurfaceCall;
  models(headers?: Headers): Promise<LightMyRequestResponse>;
}

const json = { 'content-type': 'application/json' };

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function restSurface(server: FastifyInstance): Surface {
  const send = (options: InjectOptions, headers: Headers = bearer('1')) => server.inject({ ...options, headers });
  const jobUrl = ({ job_id }: { job_id: string }) => `${GENERATION_PATH}/${encodeURIComponent(job_id)}`;
  const Ref = z.looseObject({ job_id: z.string() });
  const queryOf = (input: Record<string, unknown>) =>
    new URLSearchParams(Object.entries(input).map(([name, value]): [string, string] => [name, text(value)])).toString();
  return {
    name: 'REST',
    read: readRest,
    create: (input, headers = bearer('1')) =>
      send({ method: 'POST', url: GENERATION_PATH, payload: JSON.stringify(input) }, { ...json, ...headers }),
    status: (input, headers) => {
      const { job_id, ...query } = Ref.parse(input);
      return send({ method: 'GET', url: `${jobUrl({ job_id })}?${queryOf(query)}` }, headers);
    },
    list: (input, headers) =>
      send({ method: 'GET', url: `${GENERATION_PATH}?${queryOf(z.looseObject({}).parse(input))}` }, headers),
    cancel: (input, headers) => send({ method: 'POST', url: `${jobUrl(Ref.parse(input))}/cancel` }, headers),
    delete: (input, headers) => send({ method: 'DELETE', url: jobUrl(Ref.parse(input)) }, headers),
    models: (headers) => send({ method: 'GET', url: MODELS_PATH }, headers),
  };
}

function trpcSurface(server: FastifyInstance): Surface {
  const mutate =
    (procedure: string): SurfaceCall =>
    (input, headers = bearer('1')) =>
      server.inject({
        method: 'POST',
        url: `/trpc/${procedure}`,
        payload: JSON.stringify(input),
        headers: { ...json, ...headers },
      });
  const query =
    (procedure: string): SurfaceCall =>
    (input, headers = bearer('1')) =>
      server.inject({
        method: 'GET',
        url: `/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`,
        headers,
      });
  return {
    name: 'tRPC',
    read: readTrpc,
    create: mutate('image.create'),
    status: query('image.status'),
    list: query('image.list'),
    cancel: mutate('image.cancel'),
    delete: mutate('image.delete'),
    models: (headers = bearer('1')) => server.inject({ method: 'GET', url: '/trpc/image.models', headers }),
  };
}

export function bothSurfaces(server: FastifyInstance): [Surface, Surface] {
  return [restSurface(server), trpcSurface(server)];
}
