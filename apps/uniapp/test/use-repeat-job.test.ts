import type { ImageJob } from '@darkroom/contracts';
import { beforeEach, expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import { stubStorage } from './stub-uni.ts';

const UPLOADS = ['upload://1', 'upload://2', 'https://photos.example/3.jpg'];
const request = {
  model: 'MiniMax-H3-Image',
  prompt: '海边',
  n: 2,
  area: '2K',
  references: UPLOADS.map((image_file) => ({ image_file })),
};
// What is read of a job here.
const jobWith = (reference_urls?: (string | null)[]) =>
  ({ job_id: 'a', request, reference_urls }) as unknown as ImageJob;

beforeEach(() => {
  stubStorage();
  Object.assign(uni, { reLaunch: vi.fn(), getLocale: () => 'zh-Hans' });
  vi.stubGlobal('document', { documentElement: {}, createElement: () => ({}) }); // what Vue and the language look for
  vi.stubGlobal('window', { location: { origin: 'http://localhost' } });
  vi.resetModules();
});

async function change(job: ImageJob) {
  const { storedForm, EMPTY_FORM } = await import('../src/features/create/request-form.ts');
  const { useRepeatJob } = await import('../src/features/create/use-repeat-job.ts');
  const { useReferences } = await import('../src/features/create/use-references.ts');
  storedForm.write({ ...EMPTY_FORM, references: [{ image_file: 'upload://2', url: '/files/kept' }] });
  useRepeatJob().changeRequest(job);
  const form = storedForm.read();
  const { items } = useReferences(form?.references ?? []);
  await nextTick();
  return {
    urls: form?.references.map(({ url }) => url),
    states: items.value.map(({ upload }) => upload.state.value.status),
  };
}

it('shows the references of a repeated request by the links of its job', async () => {
  const { urls, states } = await change(jobWith(['/files/1', '/files/2', null]));
  expect(urls).toEqual(['/files/1', '/files/2', 'https://photos.example/3.jpg']);
  expect(states).toEqual(['ready', 'ready', 'ready']);
});

it('marks the references that the service no longer keeps', async () => {
  const { states } = await change(jobWith([null, '/files/2', null]));
  expect(states).toEqual(['failed', 'ready', 'ready']);
});

it('uses the links of the stored form where the service names none', async () => {
  const { urls, states } = await change(jobWith());
  expect(urls).toEqual(['', '/files/kept', 'https://photos.example/3.jpg']);
  expect(states).toEqual(['ready', 'ready', 'ready']);
});
