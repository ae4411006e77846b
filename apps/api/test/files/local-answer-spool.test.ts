import { readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { AnswerSpool } from '../../src/files/file-store.ts';
import { createLocalAnswerSpool } from '../../src/files/local-answer-spool.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const call = { jobId: 'job', attemptId: 'attempt', number: 2, family: 'h3' as const };
let dir: string;
let faults: unknown[];
let spool: AnswerSpool;

beforeEach(async () => {
  dir = path.join(await temporaryFolder(), 'answers');
  faults = [];
  spool = createLocalAnswerSpool({ dir, clock: systemClock, onError: (error) => faults.push(error) });
});

test('reads back a completely recorded answer unchanged', async () => {
  const body = Buffer.from([10, 13, 0, 255, 10]);
  const recorder = spool.record(call);
  await recorder.begin({ status: 200 });
  for (const byte of body) await recorder.write(Buffer.from([byte]));
  await recorder.end();
  expect(await spool.list()).toEqual(['attempt']);
  expect(await spool.read('attempt')).toEqual({ call, head: { status: 200 }, body, isComplete: true });
  expect((await stat(path.join(dir, 'attempt.answer'))).mode & 0o077).toBe(0);
  await spool.remove('attempt');
  expect(await readdir(dir)).toEqual([]);
  expect(await spool.read('attempt')).toBeNull();
});

test('does not list an incomplete answer, returns what was recorded of it, and removes it with its call', async () => {
  const recorder = spool.record(call);
  await recorder.begin({});
  await recorder.write(Buffer.from('half'));
  expect(await spool.list()).toEqual([]);
  const part = { call, head: {}, body: Buffer.from('half'), isComplete: false };
  await vi.waitFor(async () => expect(await spool.read('attempt')).toEqual(part));
  await spool.remove('attempt');
  expect(await readdir(dir)).toEqual([]);
});

test('reads an answer that was recorded before there were model families as one of image-01', async () => {
  await spool.record({ ...call, attemptId: 'any' }).begin({});
  const { family: _, ...older } = call;
  await writeFile(path.join(dir, 'attempt.answer'), `${JSON.stringify({ call: older, head: {} })}\nbody`);
  expect(await spool.read('attempt')).toMatchObject({ call: { ...older, family: 'image-01' }, isComplete: true });
});

test('removes the partial answer of a killed process after an hour', async () => {
  for (const [name, ageMs] of Object.entries({ old: 3_700_000, young: 3_500_000 })) {
    await spool.record({ ...call, attemptId: 'any' }).begin({});
    await spool.remove('any');
    await writeFile(path.join(dir, `${name}.partial`), 'half');
    const at = new Date(Date.now() - ageMs);
    await utimes(path.join(dir, `${name}.partial`), at, at);
  }
  await spool.list();
  expect(await readdir(dir)).toEqual(['young.partial']);
});

test('reports a disk that rejects an answer once, without rejecting the call', async () => {
  await writeFile(dir, 'a file where the folder should be');
  const recorder = spool.record(call);
  await recorder.begin({});
  await recorder.write(Buffer.from('chunk'));
  await recorder.end();
  expect(faults).toHaveLength(1);
  expect(await spool.list()).toEqual([]);
  await rm(dir);
});

test.each(['', 'no JSON\nbody', '{"call":{"jobId":7}}\nbody', '{"call":'])(
  'ignores a file that is not a recording (%j)',
  async (text) => {
    await spool.record({ ...call, attemptId: 'any' }).begin({});
    await spool.remove('any');
    await writeFile(path.join(dir, 'attempt.answer'), text);
    expect(await spool.read('attempt')).toBeNull();
  },
);
