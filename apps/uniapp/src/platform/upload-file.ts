import type { UploadFile } from '@darkroom/sdk';
import { abortError } from './abort-controller.ts';
import { explainUnlisted } from './domain-list.ts';
import { sentPercent } from './upload-progress.ts';

/** Milliseconds; the sdk's own deadline comes first. Without it WeChat gives up after 60 s. */
const TIMEOUT_MS = 300_000;

/** The sdk's upload over `uni.uploadFile`, for platforms without FormData. `file` is the path of a chosen photo. */
export const uniUploadFile: UploadFile = ({ url, field, file, headers, signal }) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(abortError());
    if (typeof file !== 'string') return reject(new TypeError('uni.uploadFile takes a path.'));
    sentPercent.value = 0;
    const task = uni.uploadFile({
      url,
      name: field,
      filePath: file,
      header: headers,
      timeout: TIMEOUT_MS,
      success: ({ statusCode, data }) => resolve({ status: statusCode, body: data }),
      fail: ({ errMsg }) => {
        explainUnlisted('uploadFile', url, errMsg);
        reject(signal.aborted ? abortError() : new TypeError(errMsg));
      },
      complete: () => signal.removeEventListener('abort', onAbort),
    });
    task.onProgressUpdate(({ progress }) => {
      if (!signal.aborted) sentPercent.value = progress;
    });
    const onAbort = () => {
      task.abort();
      reject(abortError());
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
