import type { Fetch } from '@darkroom/sdk';
import { abortError } from './abort-controller.ts';
import { explainUnlisted } from './domain-list.ts';

/** Milliseconds; mini programs end every request after 60 s, and the sdk has its own deadline below that. */
const TIMEOUT_MS = 60_000;

/** The sdk's fetch over `uni.request`, for platforms that have no other. Rejects when no answer came. */
export const uniFetch: Fetch = (url, { method, headers, body, signal }) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(abortError());
    const task = uni.request({
      url,
      // Its type lists the methods in capitals, which is how the sdk writes them.
      method: method as 'GET' | 'POST',
      header: headers,
      ...(typeof body === 'string' && { data: body }),
      // With any other type uni parses JSON by itself, and reads broken JSON as text without a word.
      dataType: 'text',
      responseType: 'text',
      timeout: TIMEOUT_MS,
      success: ({ statusCode, header, data }) => resolve(answer(statusCode, header, data)),
      fail: ({ errMsg }) => {
        explainUnlisted('request', url, errMsg);
        reject(signal.aborted ? abortError() : new TypeError(errMsg));
      },
      complete: () => signal.removeEventListener('abort', onAbort),
    });
    const onAbort = () => {
      task.abort();
      reject(abortError());
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });

function answer(status: number, header: Record<string, string> | undefined, data: unknown) {
  const values = new Map(Object.entries(header ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    status,
    headers: { get: (name: string) => values.get(name.toLowerCase()) ?? null },
    json: async (): Promise<unknown> => JSON.parse(String(data)),
  };
}
