/** Every answer that passed, counted. */
export interface Tally {
  requests: number;
  /** Refusals by their error_code. */
  refusals: Map<string, number>;
  longestRetryAfterS: number;
  /** Answers that no client can live with. */
  breaches: string[];
  /** Sends a request, and counts its answer. */
  fetch: typeof fetch;
}

const ERROR_CODE = /"error_code":"(\w+)"/;

export function createTally(): Tally {
  const tally: Tally = {
    requests: 0,
    refusals: new Map(),
    longestRetryAfterS: 0,
    breaches: [],
    async fetch(url, init) {
      const response = await fetch(url, init);
      tally.requests++;
      if (!response.ok) await count(response);
      return response;
    },
  };

  async function count(response: Response): Promise<void> {
    const body = await response.clone().text();
    const code = ERROR_CODE.exec(body)?.[1] ?? 'none';
    tally.refusals.set(code, (tally.refusals.get(code) ?? 0) + 1);
    if (code !== 'queue_full') tally.breaches.push(`${response.status} ${body}`);
    const retryAfterS = Number(response.headers.get('retry-after'));
    if (!(retryAfterS >= 1)) tally.breaches.push(`${response.status} without a time to come back: ${body}`);
    tally.longestRetryAfterS = Math.max(tally.longestRetryAfterS, retryAfterS);
  }
  return tally;
}

/** Sends a request again whenever it was refused for now, as soon as it was told to and not before. */
export function createPatientFetch(send: typeof fetch, wait: (ms: number) => Promise<void>): typeof fetch {
  return async function patientFetch(url, init) {
    for (;;) {
      const response = await send(url, init);
      const retryAfterS = Number(response.headers.get('retry-after'));
      if (response.status !== 503 || !(retryAfterS > 0)) return response;
      await wait(retryAfterS * 1_000);
    }
  };
}
