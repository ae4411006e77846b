import type { CreateImageInput } from '@darkroom/contracts';
import { GENERATION_PATH } from '@darkroom/contracts/rest';

export const FACES = ['rest', 'trpc'] as const;
export type Face = (typeof FACES)[number];

export interface OrderAnswer {
  status: number;
  jobId: string | undefined;
  errorCode: string | undefined;
  /** Seconds; 0 if there is no Retry-After header. */
  retryAfterS: number;
}

/** Sends one request once on one API surface and returns the answer, whatever it is. Rejects when no answer arrives. */
export async function sendOrder(
  { url, token, face }: { url: string; token: string; face: Face },
  order: CreateImageInput,
  key?: string,
): Promise<OrderAnswer> {
  const response = await fetch(url + (face === 'rest' ? GENERATION_PATH : '/trpc/image.create'), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      ...(face === 'rest' && key !== undefined && { 'idempotency-key': key }),
    },
    body: JSON.stringify(face === 'trpc' ? { ...order, idempotency_key: key } : order),
  });
  const body = await response.text();
  return {
    status: response.status,
    jobId: /"job_id":"([\w-]+)"/.exec(body)?.[1],
    errorCode: /"error_code":"(\w+)"/.exec(body)?.[1],
    retryAfterS: Number(response.headers.get('retry-after') ?? 0),
  };
}
