import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { json, text } from 'node:stream/consumers';
import { startChromium } from '@darkroom/test-kit/browser/start-chromium';
import { createTempDir } from '@darkroom/test-kit/process/temp-dir';
import type { Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

interface Call {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: Buffer;
}

/** Returns the status and the error code of a complete answer. Rejects if none arrives. */
export type Client = (call: Call) => Promise<{ status: number; error_code: string }>;

/** Longer than any refusal may take. */
const TIMEOUT_MS = 60_000;

export const sendByFetch: Client = async ({ url, body, ...call }) => {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, { ...call, body: new Uint8Array(body), signal });
  const { error_code } = Object(await response.json());
  return { status: response.status, error_code };
};

/** Reuses its connection if the server allows it. */
export function createNodeClient(): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return ({ url, method, headers, body }) =>
    new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const sent = request(url, { agent, method, headers: { ...headers, 'content-length': body.length }, signal });
      sent.on('error', reject);
      sent.on('response', async (response) => {
        const { error_code } = Object(await json(response).catch(reject));
        resolve({ status: response.statusCode ?? 0, error_code });
      });
      sent.end(body);
    });
}

/** `expect`: null leaves it to curl, which sends `Expect` from 1 MB on; an empty string disables it. */
export async function createCurlClient(expect: string | null): Promise<Client> {
  const dir = await createTempDir();
  let number = 0;
  return async ({ url, method, headers, body }) => {
    const file = path.join(dir, String(number++ % 4));
    await writeFile(file, body);
    const all = { ...headers, ...(expect !== null && { Expect: expect }) };
    const flags = Object.entries(all).flatMap(([name, value]) => ['-H', `${name}:${value}`]);
    // A second request on the same connection, which an unread body would block.
    const next = ['--next', '-s', '-o', '/dev/null', '-w', '%{http_code}', new URL('/health/live', url).href];
    const args = ['-s', '-m', String(TIMEOUT_MS / 1_000), '-X', method, ...flags, '--data-binary', `@${file}`];
    const child = spawn('curl', [...args, '-w', '\n%{http_code}\n', url, '-m', '20', ...next]);
    const [answer = '', status, nextStatus] = (await text(child.stdout)).split('\n');
    if (nextStatus !== '200') throw new Error(`the next request on the connection had ${nextStatus}`);
    return { status: Number(status), error_code: String(Object(JSON.parse(answer)).error_code) };
  };
}

/** Opens a page on the server's own origin, which sends by fetch or by XMLHttpRequest. */
export async function createChromiumClients(url: string): Promise<{ fetch: Client; xhr: Client }> {
  const browser = await startChromium();
  const page: Page = await browser.newPage();
  await page.goto(`${url}/health/live`);
  const sendBy = (script: string): Client => {
    return async ({ url, method, headers, body }) => {
      const [before, behind] = [body.subarray(0, 200).toString(), body.subarray(-200).toString()];
      const { 'content-length': _, ...set } = headers;
      const call = { url, method, headers: set, before, behind, fill: body.length - 400, timeoutMs: TIMEOUT_MS };
      // The script returns the status and the text of an answer.
      const answer = (await page.evaluate(`(${script})(${JSON.stringify(call)})`)) as [number, string];
      return { status: answer[0], error_code: String(Object(JSON.parse(answer[1])).error_code) };
    };
  };
  return { fetch: sendBy(BY_FETCH), xhr: sendBy(BY_XHR) };
}

const BODY = 'new Blob([call.before, new Uint8Array(call.fill).fill(97), call.behind])';
const BY_FETCH = `async (call) => {
  const signal = AbortSignal.timeout(call.timeoutMs);
  const response = await fetch(call.url, { method: call.method, headers: call.headers, body: ${BODY}, signal });
  return [response.status, await response.text()];
}`;
const BY_XHR = `(call) => new Promise((resolve, reject) => {
  const request = new XMLHttpRequest();
  request.open(call.method, call.url);
  request.timeout = call.timeoutMs;
  for (const [name, value] of Object.entries(call.headers)) request.setRequestHeader(name, value);
  request.onload = () => resolve([request.status, request.responseText]);
  request.onerror = () => reject(new Error('network error'));
  request.ontimeout = () => reject(new Error('no answer'));
  request.send(${BODY});
})`;
