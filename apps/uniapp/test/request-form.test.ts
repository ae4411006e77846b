import { CreateImage, type ImageModel } from '@darkroom/contracts';
import { ASPECT_RATIOS } from '@darkroom/contracts/limits';
import { MODEL_CAPABILITIES, type Model } from '@darkroom/contracts/models';
import { describe, expect, it } from 'vitest';
import { EMPTY_FORM, type RequestForm, storedForm, toRequest } from '../src/features/create/request-form.ts';
import { countCodePoints, findPromptProblem, promptMax } from '../src/features/create/request-rules.ts';
import { toForm } from '../src/features/create/to-form.ts';
import { frameSize } from '../src/features/job/aspect-ratio.ts';
import { stubStorage } from './stub-uni.ts';

const modelOf = (model: Model): ImageModel => ({ model, ...MODEL_CAPABILITIES[model] });
const PORTRAIT = modelOf('image-01');
const EDIT = modelOf('MiniMax-H3-Image');

const reference = (place: number) => ({
  image_file: `upload://0b8f3c7e-6a3e-4c86-9a55-0d5f3b1c2a1${place}`,
  url: `http://localhost/files/${place}`,
});

const form: RequestForm = {
  model: 'image-01',
  prompt: ' 海边的人 ',
  aspect_ratio: '9:16',
  area: null,
  n: 9,
  references: [reference(1)],
  extras: {},
};
const urlOf = (imageFile: string) => [1, 2, 3].map(reference).find((one) => one.image_file === imageFile)?.url ?? null;

describe('the request form', () => {
  it.each(ASPECT_RATIOS)('builds a request that the contract accepts, in %s', (aspect_ratio) => {
    for (const model of [PORTRAIT, EDIT]) {
      expect(CreateImage.safeParse(toRequest({ ...form, aspect_ratio }, model)).success).toBe(true);
      expect(CreateImage.safeParse(toRequest({ ...form, aspect_ratio, references: [] }, model)).success).toBe(true);
    }
  });

  it('restores the form from an accepted request', () => {
    const accepted = CreateImage.parse(toRequest(form, PORTRAIT));
    expect(toForm(accepted, urlOf)).toEqual({ ...form, prompt: '海边的人' });
  });

  it('sends references in the order of the form', () => {
    const references = [reference(2), reference(1), reference(3)];
    const sent = toRequest({ ...form, references }, EDIT);
    expect(sent).toMatchObject({ references: references.map(({ image_file }) => ({ image_file })) });
    expect(CreateImage.parse(sent)).toEqual(sent);
  });

  it('leaves out what the chosen model does not take, and keeps it in the form', () => {
    const full: RequestForm = {
      ...form,
      aspect_ratio: '5:4',
      area: '4K',
      n: 10,
      references: [reference(1), reference(2)],
      extras: { seed: 7, disable_prompt_enhanced: false },
    };
    expect(toRequest(full, PORTRAIT)).toEqual({
      model: 'image-01',
      prompt: '海边的人',
      n: 9,
      subject_reference: [{ type: 'character', image_file: reference(1).image_file }],
      seed: 7,
    });
    expect(toRequest(full, EDIT)).toEqual({
      model: 'MiniMax-H3-Image',
      prompt: '海边的人',
      aspect_ratio: '5:4',
      area: '4K',
      n: 10,
      references: [1, 2].map((place) => ({ image_file: reference(place).image_file })),
      disable_prompt_enhanced: false,
    });
  });

  it('sends the default area of a model that has areas', () => {
    expect(toRequest(form, EDIT)).toMatchObject({ area: EDIT.area?.default });
  });
});

describe('the prompt', () => {
  it('counts code points after trimming, as the service does', () => {
    expect(countCodePoints('  海👨‍👩‍👧  ')).toBe(6);
  });

  const over = (max: number) => '👍'.repeat(max + 1);
  it.each([
    ['image-01', true],
    ['image-01', false],
    ['MiniMax-H3-Image', true],
    ['MiniMax-H3-Image', false],
  ] as const)('accepts and refuses the same prompts as the contract: %s, with references %s', (name, hasReferences) => {
    const model = modelOf(name);
    const max = promptMax(model, hasReferences);
    for (const [prompt, problem] of [
      ['', 'empty'],
      [' \n ', 'empty'],
      ['👍'.repeat(max), null],
      [over(max), 'too_long'],
    ] as const) {
      expect(findPromptProblem(prompt, max)).toBe(problem);
      const sent = toRequest({ ...form, prompt, references: hasReferences ? [reference(1)] : [] }, model);
      expect(CreateImage.safeParse(sent).success).toBe(problem === null);
    }
  });
});

describe('the stored form', () => {
  it('is read as it was written', () => {
    stubStorage();
    const full: RequestForm = { ...form, model: 'MiniMax-H3-Image', area: '1K', references: [1, 2].map(reference) };
    storedForm.write({ ...full, extras: { seed: 1, style: { style_type: '水彩' } } });
    expect(storedForm.read()).toEqual({ ...full, extras: { seed: 1, style: { style_type: '水彩' } } });
  });

  it('reads the form of earlier versions, with one photo and no model', () => {
    const stored = { prompt: '海边', aspect_ratio: '16:9', n: 4, photo: reference(1) };
    stubStorage().set('darkroom.form', JSON.stringify(stored));
    const read = storedForm.read();
    expect(read).toEqual({ ...EMPTY_FORM, prompt: '海边', aspect_ratio: '16:9', n: 4, references: [reference(1)] });
    stubStorage().set('darkroom.form', JSON.stringify({ ...stored, photo: null }));
    expect(storedForm.read()?.references).toEqual([]);
  });

  it('falls back field by field where an older app stored other values', () => {
    stubStorage().set(
      'darkroom.form',
      '{"prompt":"海边","model":"image-00","aspect_ratio":"5-4","area":"8K","n":12,"photo":{"image_file":1},"extras":[]}',
    );
    expect(storedForm.read()).toEqual({ ...EMPTY_FORM, prompt: '海边' });
  });
});

it('computes a frame whose longer side has the given length', () => {
  expect(frameSize('16:9', 32)).toEqual({ width: 32, height: 18 });
  expect(frameSize('2:3', 30)).toEqual({ width: 20, height: 30 });
});
