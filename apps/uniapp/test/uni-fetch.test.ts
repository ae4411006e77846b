import { describe, expect, it, vi } from 'vitest';
import MiniAbortController from '../src/platform/abort-controller.ts';
import { uniFetch } from '../src/platform/uni-fetch.ts';

/** What `uni.request` was asked, and the ways in which it can answer. */
function stubRequest() {
  const abort = vi.fn();
  const request = vi.fn((_options: UniApp.RequestOptions) => ({ abort }));
  vi.stubGlobal('uni', { request });
  return {
    abort,
    asked: () => {
      const [options] = request.mock.calls[0] ?? [];
      if (!options) throw new Error('Nothing was asked.');
      return options;
    },
    answer(statusCode: number, data: string, header: Record<string, string> = {}) {
      this.asked().success?.({ statusCode, data, header, cookies: [] });
      this.asked().complete?.({ errMsg: '' });
    },
    fail(errMsg: string) {
      this.asked().fail?.({ errMsg });
      this.asked().complete?.({ errMsg: '' });
    },
  };
}

const get = (signal = new AbortController().signal) =>
  uniFetch('https://api.example/trpc/image.status', { method: 'GET', headers: { authorization: 'Bearer t' }, signal });

describe('uniFetch', () => {
  it('requests text and parses the JSON itself', async () => {
    const server = stubRequest();
    const answering = get();
    server.answer(200, '{"result":1}', { 'Retry-After': '12' });
    const answer = await answering;
    expect(server.asked()).toMatchObject({ method: 'GET', dataType: 'text', header: { authorization: 'Bearer t' } });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ result: 1 });
    expect(answer.headers?.get('retry-after')).toBe('12');
  });

  it('sends a body unchanged', () => {
    const server = stubRequest();
    const { signal } = new AbortController();
    uniFetch('https://api.example/trpc', { method: 'POST', headers: {}, body: '{"n":1}', signal });
    expect(server.asked()).toMatchObject({ method: 'POST', data: '{"n":1}' });
  });

  it('resolves with an HTTP error status, and rejects a body that is not JSON with a SyntaxError', async () => {
    const server = stubRequest();
    const answering = get();
    server.answer(502, '<html>');
    const answer = await answering;
    expect(answer.status).toBe(502);
    await expect(answer.json()).rejects.toBeInstanceOf(SyntaxError);
  });

  it('rejects when no answer came', async () => {
    const server = stubRequest();
    const answering = get();
    server.fail('request:fail interrupted');
    await expect(answering).rejects.toThrow('interrupted');
  });

  it('aborts the request and rejects at once when its signal is aborted', async () => {
    const server = stubRequest();
    const controller = new AbortController();
    const answering = get(controller.signal);
    controller.abort();
    await expect(answering).rejects.toMatchObject({ name: 'AbortError' });
    expect(server.abort).toHaveBeenCalledOnce();
  });

  it('sends nothing when the signal was aborted before', async () => {
    const server = stubRequest();
    await expect(get(AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
    expect(() => server.asked()).toThrow();
  });

  it('stops listening to the signal after the answer', async () => {
    const server = stubRequest();
    const controller = new AbortController();
    const answering = get(controller.signal);
    server.answer(200, '{}');
    await answering;
    controller.abort();
    expect(server.abort).not.toHaveBeenCalled();
  });
});

describe('the mini program’s AbortController', () => {
  it('calls every listener once, with a reason named AbortError', () => {
    const controller = new MiniAbortController();
    const heard: string[] = [];
    controller.signal.addEventListener('abort', () => heard.push('every'));
    controller.signal.addEventListener('abort', () => heard.push('once'), { once: true });
    const removed = () => heard.push('removed');
    controller.signal.addEventListener('abort', removed);
    controller.signal.removeEventListener('abort', removed);
    controller.abort();
    controller.abort();
    expect(heard).toEqual(['every', 'once']);
    expect(controller.signal).toMatchObject({ aborted: true, reason: { name: 'AbortError' } });
    expect(() => controller.signal.throwIfAborted()).toThrow('aborted');
  });
});
