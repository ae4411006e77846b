import type { CreateImageInput } from '@darkroom/contracts';
import { GENERATION_PATH } from '@darkroom/contracts/rest';

export const FACES = ['rest', 'trpc'] as const;
export type Face = (typeof FACES)[number];

export interface OrderAnswer {
  status: number;
  jobId: string | undefined;
  errorCode: string | undefined;
  /** 0 where nothing is said. */
  retryAfterS: number;
}

/** One order on one face, sent once, whatever the answer. Rejects when there is none. */
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
