import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { startApi } from '@darkroom/test-kit/api/start-api';
import { ASTRONAUT, CHECKOUT } from '@darkroom/test-kit/process/checkout';
import { startChild } from '@darkroom/test-kit/process/start-child';
import { createTempDir } from '@darkroom/test-kit/process/temp-dir';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { expect, test } from 'vitest';

const STORY = `${CHECKOUT}e2e/openapi/client-story.ts`;
const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** Generates types as any client would. Binary fields become Blob, as used by the client. */
async function generateTypes(apiUrl: string, folder: string): Promise<string> {
  const types = await openapiTS(new URL('/openapi.json', apiUrl), {
    transform: ({ format }) => (format === 'binary' ? ts.factory.createTypeReferenceNode('Blob') : undefined),
  });
  const file = path.join(folder, 'darkroom-openapi.d.ts');
  await writeFile(file, astToString(types));
  return file;
}

/** Compiles with TypeScript's strictest options, including the generated types. */
async function compile(types: string, folder: string): Promise<void> {
  const tsconfig = path.join(folder, 'tsconfig.json');
  const compilerOptions = {
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noUnusedLocals: true,
    noEmit: true,
    target: 'es2023',
    module: 'nodenext',
    lib: ['es2023', 'dom', 'dom.iterable'],
    types: ['node'],
    typeRoots: [`${CHECKOUT}node_modules/@types`],
    paths: { 'darkroom-openapi': [types] },
  };
  await writeFile(tsconfig, JSON.stringify({ compilerOptions, files: [STORY, types] }));
  await promisify(execFile)(process.execPath, [TSC, '-p', tsconfig]).catch(({ stdout }) => {
    throw new Error(stdout);
  });
}

test('uploads, creates, follows, cancels, lists and deletes with a client generated from the running API', async () => {
  const provider = await startProvider();
  provider.script({ prompt: 'given up', hold: true });
  const api = await startApi(provider);
  const folder = await createTempDir();

  await compile(await generateTypes(api.url, folder), folder);
  const story = startChild(process.execPath, [STORY, api.url, api.user().token, ASTRONAUT], {
    cwd: folder,
    env: api.env,
  });

  expect(await story.ended).toBe(0);
  expect(story.stdout.map((line) => JSON.parse(line))).toEqual([
    { event: 'uploaded', width: 512, height: 512 },
    { event: 'completed', n: 1, charged: 'yes', width: 1024 },
    { event: 'downloaded', status: 200, type: 'image/jpeg' },
    { event: 'canceled', code: 'canceled' },
    { event: 'listed', statuses: ['FAILED', 'COMPLETED'], next: null },
    { event: 'deleted', status: 404, code: 'job_not_found' },
    { event: 'refused', code: 'invalid_request', fields: ['prompt'] },
  ]);
});
