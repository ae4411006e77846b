import type { UploadFile } from '@darkroom/sdk';
import { abortError } from './abort-controller.ts';

/** The sdk's upload over `uni.uploadFile`, for platforms without FormData. `file` is the path of a chosen picture. */
export const uniUploadFile: UploadFile = ({ url, field, file, headers, signal }) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(abortError());
    if (typeof file !== 'string') return reject(new TypeError('uni.uploadFile takes a path.'));
    const task = uni.uploadFile({
      url,
      name: field,
      filePath: file,
      header: headers,
      success: ({ statusCode, data }) => resolve({ status: statusCode, body: data }),
      fail: ({ errMsg }) => reject(signal.aborted ? abortError() : new TypeError(errMsg)),
      complete: () => signal.removeEventListener('abort', onAbort),
    });
    const onAbort = () => {
      task.abort();
      reject(abortError());
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
