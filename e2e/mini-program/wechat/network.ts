import { type Callbacks, fail, succeed } from './callbacks.ts';
import type { Files } from './device.ts';

/**
 * https://developers.weixin.qq.com/miniprogram/dev/framework/ability/network.html: at most ten of each kind at once.
 */
const AT_ONCE_MAX = 10;

interface Exchange extends Callbacks {
  url: string;
  header?: Record<string, string>;
}

interface RequestOptions extends Exchange {
  method?: string;
  data?: string;
  dataType?: string;
}

interface UploadOptions extends Exchange {
  filePath: string;
  name: string;
}

interface Call {
  api: string;
  url: string;
  /** WeChat's message, such as `request:ok` or `request:fail abort`; null while the request is in flight. */
  outcome: string | null;
}

interface Task {
  abort(): void;
}

interface UploadTask extends Task {
  onProgressUpdate(listener: (update: { progress: number }) => void): void;
}

export interface Domain {
  /** The origin for which the bundle was built and which is registered with WeChat. */
  registered: string;
  /** The origin where it is actually served. */
  server: string;
}

export interface Network {
  wx: {
    request(options: RequestOptions): Task;
    uploadFile(options: UploadOptions): UploadTask;
    downloadFile(options: Exchange): Task;
  };
  /** Every request so far. */
  calls: Call[];
  /** The requests that WeChat would refuse, with the reason. */
  refused: string[];
  /** Ends running requests, and all new ones until `resume`, with `interrupted`. */
  interrupt(): void;
  resume(): void;
  /** Removes the domain from WeChat's allow list for this API. */
  unregister(api: keyof Network['wx']): void;
}

/**
 * wx.request and related functions: asynchronous, at most ten at once, only to the registered domain, with header names
 * as the server writes them.
 */
export function createNetwork({ registered, server }: Domain, files: Files): Network {
  const dial: typeof fetch = (url, init) => fetch(String(url).replace(registered, server), init);

  const calls: Call[] = [];
  const refused: string[] = [];
  const underWay = new Set<AbortController>();
  const unregistered = new Set<string>();
  let isInterrupted = false;

  function start(api: string, options: Exchange, exchange: (signal: AbortSignal) => Promise<object>): Task {
    const call: Call = { api, url: options.url, outcome: null };
    calls.push(call);
    const controller = new AbortController();
    underWay.add(controller);
    const end = (outcome: string, answer?: object) => {
      underWay.delete(controller);
      call.outcome = `${api}:${outcome}`;
      if (answer) succeed(options, { ...answer, errMsg: call.outcome });
      else fail(options, call.outcome);
    };
    const refusal = findRefusal(call);
    if (isInterrupted) {
      end('fail interrupted');
    } else if (refusal) {
      refused.push(`${options.url}: ${refusal}`);
      end(`fail ${refusal}`);
    } else {
      exchange(controller.signal).then(
        (answer) => end('ok', answer),
        (error: unknown) => end(`fail ${controller.signal.aborted ? controller.signal.reason : error}`),
      );
    }
    return { abort: () => controller.abort('abort') };
  }

  function findRefusal({ api, url }: Call): string | null {
    if (!url.startsWith(`${registered}/`) || unregistered.has(api)) return 'url not in domain list';
    const atOnce = calls.filter((call) => call.api === api && call.outcome === null).length;
    return atOnce > AT_ONCE_MAX ? `exceed max concurrent ${AT_ONCE_MAX}` : null;
  }

  return {
    calls,
    refused,
    interrupt() {
      isInterrupted = true;
      for (const controller of underWay) controller.abort('interrupted');
    },
    resume() {
      isInterrupted = false;
    },
    unregister: (api) => void unregistered.add(api),
    wx: {
      request: (options) =>
        start('request', options, async (signal) => {
          const { url, method = 'GET', header = {}, data, dataType = 'json' } = options;
          const answer = await dial(url, {
            method,
            headers: header,
            signal,
            ...(data !== undefined && { body: data }),
          });
          const body = await answer.text();
          return {
            statusCode: answer.status,
            header: headerOf(answer),
            data: dataType === 'json' ? parseLeniently(body) : body,
          };
        }),
      uploadFile(options) {
        const listeners: ((update: { progress: number }) => void)[] = [];
        const task = start('uploadFile', options, async (signal) => {
          const form = new FormData();
          form.append(options.name, new Blob([files.read(options.filePath)]), options.filePath);
          const { url, header = {} } = options;
          await null; // listeners are added after the call has returned
          for (const listener of listeners) listener({ progress: 100 });
          const answer = await dial(url, { method: 'POST', headers: header, body: form, signal });
          return { statusCode: answer.status, data: await answer.text() };
        });
        return { ...task, onProgressUpdate: (listener) => listeners.push(listener) };
      },
      downloadFile: (options) =>
        start('downloadFile', options, async (signal) => {
          const answer = await dial(options.url, { headers: options.header ?? {}, signal });
          const tempFilePath = files.add(new Uint8Array(await answer.arrayBuffer()), 'jpg');
          return { statusCode: answer.status, tempFilePath };
        }),
    },
  };
}

/** WeChat passes header names on as sent: `Content-Type`, not `content-type`. */
function headerOf(answer: Response): Record<string, string> {
  const capitals = (name: string) => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
  return Object.fromEntries([...answer.headers].map(([name, value]) => [capitals(name), value]));
}

/** As wx.request does by default: a body that is not JSON is returned as text, without an error. */
function parseLeniently(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
