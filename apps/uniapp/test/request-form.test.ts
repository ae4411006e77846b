import { CreateImage } from '@darkroom/contracts';
import { ASPECT_RATIOS } from '@darkroom/contracts/limits';
import { describe, expect, it } from 'vitest';
import {
  countCodePoints,
  EMPTY_FORM,
  findPromptProblem,
  type RequestForm,
  storedForm,
  toForm,
  toRequest,
} from '../src/features/create/request-form.ts';
import { frameSize } from '../src/features/job/aspect-ratio.ts';
import { stubStorage } from './stub-uni.ts';

const form: RequestForm = {
  prompt: ' 海边的人 ',
  aspect_ratio: '9:16',
  n: 9,
  photo: { image_file: 'upload://0b8f3c7e-6a3e-4c86-9a55-0d5f3b1c2a11', url: 'http://localhost/files/1' },
};

describe('the request form', () => {
  it.each(ASPECT_RATIOS)('builds a request that the contract accepts, in %s', (aspect_ratio) => {
    expect(CreateImage.safeParse(toRequest({ ...form, aspect_ratio })).success).toBe(true);
    expect(CreateImage.safeParse(toRequest({ ...form, aspect_ratio, photo: null })).success).toBe(true);
  });

  it('restores the form from an accepted request', () => {
    const accepted = CreateImage.parse(toRequest(form));
    expect(toForm(accepted, 'http://localhost/files/1')).toEqual({ ...form, prompt: '海边的人' });
  });
});

describe('the prompt', () => {
  it('counts code points after trimming, as the service does', () => {
    expect(countCodePoints('  海👨‍👩‍👧  ')).toBe(6);
  });

  it.each([
    ['', 'empty'],
    [' \n ', 'empty'],
    ['👍'.repeat(1499), null],
    ['👍'.repeat(1500), 'too_long'],
  ] as const)('accepts and refuses the same prompts as the contract', (prompt, problem) => {
    expect(findPromptProblem(prompt)).toBe(problem);
    expect(CreateImage.safeParse(toRequest({ ...form, prompt })).success).toBe(problem === null);
  });
});

describe('the stored form', () => {
  it('is read as it was written', () => {
    stubStorage();
    storedForm.write(form);
    expect(storedForm.read()).toEqual(form);
  });

  it('falls back field by field where an older app stored other values', () => {
    stubStorage().set('darkroom.form', '{"prompt":"海边","aspect_ratio":"5:4","n":12,"photo":{"image_file":1}}');
    expect(storedForm.read()).toEqual({ ...EMPTY_FORM, prompt: '海边' });
  });
});

it('computes a frame whose longer side has the given length', () => {
  expect(frameSize('16:9', 32)).toEqual({ width: 32, height: 18 });
  expect(frameSize('2:3', 30)).toEqual({ width: 20, height: 30 });
});
