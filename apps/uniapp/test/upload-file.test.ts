import { describe, expect, it, vi } from 'vitest';
import { uniUploadFile } from '../src/platform/upload-file.ts';
import { sentPercent } from '../src/platform/upload-progress.ts';

/** What `uni.uploadFile` was asked, and the ways in which it can answer. */
function stubUpload() {
  const abort = vi.fn();
  const listeners: ((update: { progress: number }) => void)[] = [];
  const uploadFile = vi.fn((_options: UniApp.UploadFileOption) => ({
    abort,
    onProgressUpdate: (listen: (update: { progress: number }) => void) => listeners.push(listen),
  }));
  vi.stubGlobal('uni', { uploadFile, getAccountInfoSync: () => ({ miniProgram: { envVersion: 'release' } }) });
  return {
    abort,
    asked: () => uploadFile.mock.calls[0]?.[0],
    progress: (progress: number) => {
      for (const listen of listeners) listen({ progress });
    },
  };
}

const send = (file: string | Uint8Array, signal = new AbortController().signal) =>
  uniUploadFile({
    url: 'https://api.example/uploads',
    field: 'file',
    file,
    headers: { authorization: 'Bearer t' },
    signal,
  });

describe('uniUploadFile', () => {
  it('sends a path under the field name, and resolves with status and body', async () => {
    const server = stubUpload();
    const answering = send('wxfile://1.png');
    expect(server.asked()).toMatchObject({ name: 'file', filePath: 'wxfile://1.png' });
    server.asked()?.success?.({ statusCode: 413, data: '{"error_code":"payload_too_large"}' });
    expect(await answering).toEqual({ status: 413, body: '{"error_code":"payload_too_large"}' });
  });

  it('reports the percentage sent of the current photo only', () => {
    const server = stubUpload();
    const controller = new AbortController();
    sentPercent.value = 80;
    send('wxfile://1.png', controller.signal).catch(() => {});
    expect(sentPercent.value).toBe(0);
    server.progress(40);
    expect(sentPercent.value).toBe(40);
    controller.abort();
    server.progress(60);
    expect(sentPercent.value).toBe(40);
  });

  it('aborts the upload and rejects at once when its signal is aborted', async () => {
    const server = stubUpload();
    const controller = new AbortController();
    const answering = send('wxfile://1.png', controller.signal);
    controller.abort();
    await expect(answering).rejects.toMatchObject({ name: 'AbortError' });
    expect(server.abort).toHaveBeenCalledOnce();
  });

  it('rejects anything but a path', async () => {
    stubUpload();
    await expect(send(new Uint8Array(3))).rejects.toThrow('path');
  });
});
