import type { CreateImageInput } from '@darkroom/contracts';
import { GENERATION_PATH } from '@darkroom/contracts/rest';

export const SURFACES = ['rest', 'trpc'] as const;
export type Surface = (typeof SURFACES)[number];

export interface CreateAnswer {
  status: number;
  jobId: string | undefined;
  errorCode: string | undefined;
  /** Seconds; 0 if there is no Retry-After header. */
  retryAfterS: number;
}

/** Sends one request once on one API surface and returns the answer, whatever it is. Rejects when no answer arrives. */
export async function sendCreate(
  { url, token, surface }: { url: string; token: string; surface: Surface },
  request: CreateImageInput,
  key?: string,
): Promise<CreateAnswer> {
  const response = await fetch(url + (surface === 'rest' ? GENERATION_PATH : '/trpc/image.create'), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      ...(surface === 'rest' && key !== undefined && { 'idempotency-key': key }),
    },
    body: JSON.stringify(surface === 'trpc' ? { ...request, idempotency_key: key } : request),
  });
  const body = await response.text();
  return {
    status: response.status,
    jobId: /"job_id":"([\w-]+)"/.exec(body)?.[1],
    errorCode: /"error_code":"(\w+)"/.exec(body)?.[1],
    retryAfterS: Number(response.headers.get('retry-after') ?? 0),
  };
}
