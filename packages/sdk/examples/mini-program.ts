import { createImageClient, type Fetch, type UploadFile } from '@darkroom/sdk';

const fetch: Fetch = (url, { method, headers, body, signal }) =>
  new Promise((resolve, reject) => {
    const task = uni.request({
      url,
      method: method === 'POST' ? 'POST' : 'GET',
      header: headers,
      ...(typeof body === 'string' && { data: body }),
      dataType: 'text',
      success: ({ statusCode, data }) => resolve({ status: statusCode, json: async () => JSON.parse(String(data)) }),
      fail: reject,
    });
    signal.addEventListener('abort', () => task.abort());
  });

const uploadFile: UploadFile = ({ url, field, file, headers, signal }) =>
  new Promise((resolve, reject) => {
    const task = uni.uploadFile({
      url,
      name: field,
      filePath: String(file),
      header: headers,
      success: ({ statusCode, data }) => resolve({ status: statusCode, body: data }),
      fail: reject,
    });
    signal.addEventListener('abort', () => task.abort());
  });

export const client = createImageClient({
  baseUrl: 'https://images.example.com',
  token: () => uni.getStorageSync('token'),
  createId: () => `${uni.getStorageSync('device')}-${Date.now()}-${Math.random()}`,
  fetch,
  uploadFile,
});
