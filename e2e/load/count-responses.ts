/** Counters over all responses. */
export interface ResponseCounter {
  requests: number;
  /** Refusals by their error_code. */
  refusals: Map<string, number>;
  longestRetryAfterS: number;
  /** Refusals that a client cannot handle. */
  violations: string[];
  /** Sends a request and counts its response. */
  fetch: typeof fetch;
}

const ERROR_CODE = /"error_code":"(\w+)"/;

export function createResponseCounter(): ResponseCounter {
  const responses: ResponseCounter = {
    requests: 0,
    refusals: new Map(),
    longestRetryAfterS: 0,
    violations: [],
    async fetch(url, init) {
      const response = await fetch(url, init);
      responses.requests++;
      if (!response.ok) await count(response);
      return response;
    },
  };

  async function count(response: Response): Promise<void> {
    const body = await response.clone().text();
    const code = ERROR_CODE.exec(body)?.[1] ?? 'none';
    responses.refusals.set(code, (responses.refusals.get(code) ?? 0) + 1);
    if (code !== 'queue_full') responses.violations.push(`${response.status} ${body}`);
    const retryAfterS = Number(response.headers.get('retry-after'));
    if (!(retryAfterS >= 1)) responses.violations.push(`${response.status} without Retry-After: ${body}`);
    responses.longestRetryAfterS = Math.max(responses.longestRetryAfterS, retryAfterS);
  }
  return responses;
}

/** Retries a 503 exactly after its Retry-After. */
export function createRetryingFetch(send: typeof fetch, wait: (ms: number) => Promise<void>): typeof fetch {
  return async function retryingFetch(url, init) {
    for (;;) {
      const response = await send(url, init);
      const retryAfterS = Number(response.headers.get('retry-after'));
      if (response.status !== 503 || !(retryAfterS > 0)) return response;
      await wait(retryAfterS * 1_000);
    }
  };
}
