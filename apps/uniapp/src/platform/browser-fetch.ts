import type { Fetch } from '@darkroom/sdk';
import { abortError } from './abort-controller.ts';
import { sentPercent } from './upload-progress.ts';

type FetchInit = Parameters<Fetch>[1];

/** A browser's fetch. A form goes by XMLHttpRequest, which alone says how much of it has left. */
export const browserFetch: Fetch = (url, init) =>
  init.body instanceof FormData ? sendForm(url, init) : fetch(url, init);

const sendForm: Fetch = (url, { method, headers, body, signal }: FetchInit) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(abortError());
    sentPercent.value = 0;
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    const onAbort = () => request.abort();
    signal.addEventListener('abort', onAbort);
    request.upload.onprogress = ({ loaded, total }) => {
      if (!signal.aborted) sentPercent.value = Math.floor((100 * loaded) / total);
    };
    request.onload = () => resolve(answer(request));
    request.onerror = () => reject(new TypeError('No answer came.'));
    request.onabort = () => reject(abortError());
    request.onloadend = () => signal.removeEventListener('abort', onAbort);
    request.send(body ?? null);
  });

function answer(request: XMLHttpRequest) {
  return {
    status: request.status,
    headers: { get: (name: string) => request.getResponseHeader(name) },
    json: async (): Promise<unknown> => JSON.parse(request.responseText),
  };
}
