import { GENERATION_PATH } from '@darkroom/contracts/rest';

/** The ways in which clients ask for a job. `batch` is what the sdk sends: one call in the envelope of a batch. */
export const SHAPES = { rest: 'REST', single: 'tRPC, single URL', batch: 'tRPC, batch of one call' } as const;
export type Shape = keyof typeof SHAPES;

export interface StatusUrl {
  path: string;
  /** Fastify's pattern of the path. */
  route: string;
}

export function statusUrl(shape: Shape, jobId: string): StatusUrl {
  if (shape === 'rest') return { path: `${GENERATION_PATH}/${jobId}`, route: `${GENERATION_PATH}/:job_id` };
  const route = '/trpc/image.status';
  const input = { job_id: jobId };
  if (shape === 'single') return { path: `${route}?input=${encode(input)}`, route };
  return { path: `${route}?batch=1&input=${encode({ 0: input })}`, route };
}

const encode = (input: unknown) => encodeURIComponent(JSON.stringify(input));
