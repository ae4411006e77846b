import type { CreateImageInput, ImageJob } from '@darkroom/contracts';
import { beforeEach, expect, it, vi } from 'vitest';
import { stubStorage } from './stub-uni.ts';

const UPLOAD_2 = 'upload://7d2a9f3c-1b4e-4c8a-8f21-6a5b4c3d2e1f';
const UPLOAD = 'upload://5f8c1e0e-5a0e-4b8e-9a43-0f1c2d3e4f50';
const request = {
  model: 'image-01',
  prompt: '海边',
  n: 1,
  subject_reference: [{ type: 'character', image_file: UPLOAD }],
} satisfies CreateImageInput;
// What is read of a job here.
const job = { job_id: 'a', request } as unknown as ImageJob;

let stored: Map<string, unknown>;
beforeEach(() => {
  stored = stubStorage();
  vi.stubGlobal('window', { location: { origin: 'http://localhost' } });
  vi.resetModules();
});

it('removes all data of a deleted job from the device and keeps that of others', async () => {
  const { forgetDeleted } = await import('../src/features/create/forget-deleted.ts');
  const { deviceJobs } = await import('../src/features/job/device-jobs.ts');
  const { drafts } = await import('../src/features/create/draft.ts');
  const { storedForm, EMPTY_FORM } = await import('../src/features/create/request-form.ts');
  const { useReferences } = await import('../src/features/create/use-references.ts');
  const photo = { image_file: UPLOAD, url: 'http://localhost/files/u' };
  const kept = { image_file: UPLOAD_2, url: 'http://localhost/files/kept' };
  const open = useReferences([kept, photo]);
  deviceJobs.add({ job_id: 'a', idempotencyKey: 'key', photoUrl: photo.url });
  drafts.prepare(request, photo.url);
  storedForm.write({ ...EMPTY_FORM, prompt: '海边', references: [kept, photo] });
  stored.set('darkroom.portrait-consent', '"given"');

  forgetDeleted(job);

  await vi.waitFor(() => expect(open.items.value).toHaveLength(1));
  expect(open.ready.value).toEqual([kept]);
  expect(JSON.stringify([...stored.values()])).not.toContain(UPLOAD);
  expect(JSON.stringify([...stored.values()])).not.toContain(photo.url);
  expect(storedForm.read()).toMatchObject({ prompt: '海边', references: [kept] });
  expect(stored.get('darkroom.portrait-consent')).toBe('"given"');
});
