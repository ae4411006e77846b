import { request as httpRequest } from 'node:http';
import vm from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type * as sdk from '../src/index.ts';
import { completed } from './memory-images.ts';
import { cut, type StubServer, startStubServer } from './stub-server.ts';

let bundle: string;
let server: StubServer;

beforeAll(async () => {
  const output = await build({
    root: import.meta.dirname,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: true,
      target: 'es2018',
      lib: { entry: '../src/index.ts', formats: ['iife'], name: 'sdk' },
    },
  });
  if (!Array.isArray(output) || !output[0]) throw new Error('one bundle was expected');
  bundle = output[0].output[0].code;
  server = await startStubServer();
});
afterAll(() => server.close());

test('stays below 9 kB with tRPC, minified and gzipped', () => {
  const bytes = gzipSync(bundle).length;
  console.log(`sdk with tRPC: ${bundle.length} bytes minified, ${bytes} gzipped`);
  expect(bytes).toBeLessThan(9000);
});

/** The capabilities of `uni.request`, as a mini program would pass them in. */
const uniFetch: sdk.Fetch = (url, { method, headers, body, signal }) =>
  new Promise((resolve, reject) => {
    const task = httpRequest(url, { method, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, json: async () => JSON.parse(text) }));
    });
    task.on('error', (error) => reject({ errMsg: `request:fail ${error.message}` }));
    signal.addEventListener('abort', () => task.destroy());
    task.end(body);
  });

test('creates through a lost connection, follows and aborts a job with the globals of a mini program', async () => {
  const globals = { setTimeout, clearTimeout, AbortController };
  const context = vm.createContext(globals);
  // The bundle evaluates to the module's namespace.
  const { createImageClient } = vm.runInContext(`${bundle};sdk`, context) as typeof sdk;
  expect(vm.runInContext('typeof URL + typeof Headers + typeof fetch + typeof crypto', context)).toBe(
    'undefined'.repeat(4),
  );

  const client = createImageClient({
    baseUrl: server.url,
    token: 'good',
    fetch: uniFetch,
    uploadFile: async ({ file }) => ({
      status: 201,
      body: JSON.stringify({ data: { image_file: `upload://${file}` } }),
    }),
  });
  const { image_file } = await client.upload('wxfile://1.jpg');
  expect(image_file).toBe('upload://wxfile://1.jpg');

  server.after.push(cut);
  const job = await client.generate(
    { model: 'image-01', prompt: 'a lighthouse at dawn' },
    { onUpdate: ({ job_id }) => server.images.set(job_id, completed) },
  );
  expect(job.status).toBe('COMPLETED');
  expect(new Set(server.images.keys).size).toBe(1);
  expect(server.images.keys).toHaveLength(2);

  const { job_id } = await client.create({ model: 'image-01', prompt: 'another' });
  const controller = new AbortController();
  const waited = client.wait(job_id, { signal: controller.signal });
  await expect.poll(() => server.images.held).toBe(1);
  controller.abort();
  await expect(waited).rejects.toMatchObject({ name: 'ImageApiError', code: 'aborted' });
  await expect(client.status('no-such-job')).rejects.toMatchObject({ code: 'job_not_found' });
});

test('throws at once on a platform without fetch when none is passed', () => {
  const context = vm.createContext({ setTimeout, clearTimeout, AbortController });
  expect(() => vm.runInContext(`${bundle};sdk.createImageClient({ baseUrl: '', token: '' })`, context)).toThrow(
    /fetch/,
  );
});
