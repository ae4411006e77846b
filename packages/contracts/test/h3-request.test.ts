import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  AcceptedRequest,
  CreateImage,
  CreateImageCall,
  type CreateImageInput,
  type H3Request,
  isH3,
  issuesOf,
  modelsOf,
  REFERENCE_URL_MAX_LENGTH,
  referencesOf,
} from '../src/index.ts';

const request = { model: 'MiniMax-H3-Image', prompt: 'a lighthouse at dawn' };
const upload = 'upload://123e4567-e89b-12d3-a456-426614174000';
const references = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ image_file: `https://a.example/${index}.jpg` }));

/** The paths of the faults; empty if the request is accepted. */
function faults(input: unknown): string[] {
  return issues(input).map(({ path }) => path.join('.'));
}

function issues(input: unknown) {
  const { error } = CreateImage.safeParse(input);
  return error ? issuesOf(error) : [];
}

describe('a valid request for an H3 model', () => {
  test.each<[string, object]>([
    ['only the required fields', request],
    ...modelsOf('h3').map((model): [string, object] => [model, { ...request, model }]),
    ['a prompt at its limit', { ...request, prompt: '光'.repeat(32_000) }],
    ['a prompt at its limit in code points, twice that in UTF-16', { ...request, prompt: '🌅'.repeat(32_000) }],
    ['a prompt at its limit with references', { ...request, prompt: '🌅'.repeat(8_000), references: references(1) }],
    ['ten images', { ...request, n: 10 }],
    ['size auto', { ...request, size: 'auto' }],
    ['size auto with ratio and area', { ...request, size: 'auto', aspect_ratio: '16:9', area: '4K' }],
    ['a size', { ...request, size: '2720x1536' }],
    ['a size that is no multiple of 16', { ...request, size: '1001x1003' }],
    ['the smallest area', { ...request, size: '1024x640' }],
    ['the largest area', { ...request, size: '5000x4000' }],
    ['a size of 3:1', { ...request, size: '1500x500' }],
    ['a size of 1:3', { ...request, size: '500x1500' }],
    ['aspect_ratio auto', { ...request, aspect_ratio: 'auto' }],
    ['a ratio of the largest numbers', { ...request, aspect_ratio: '300:299' }],
    ['a ratio of 3:1', { ...request, aspect_ratio: '300:100' }],
    ['a ratio of 1:3', { ...request, aspect_ratio: '1:3' }],
    ['1K', { ...request, area: '1K' }],
    ['2K', { ...request, area: '2K' }],
    ['4K and a ratio', { ...request, area: '4K', aspect_ratio: '21:9' }],
    ['sixteen references', { ...request, references: references(16) }],
    ['the same upload twice', { ...request, references: [{ image_file: upload }, { image_file: upload }] }],
    ['no prompt enhancement with a size', { ...request, disable_prompt_enhanced: true, size: '1024x1024' }],
    ['no prompt enhancement with a ratio', { ...request, disable_prompt_enhanced: true, aspect_ratio: '1:1' }],
    ['prompt enhancement left on', { ...request, disable_prompt_enhanced: false }],
    [
      'prompt enhancement left on with references',
      { ...request, disable_prompt_enhanced: false, references: references(1) },
    ],
  ])('is accepted: %s', (_name, input) => {
    expect(faults(input)).toEqual([]);
  });

  test('gets n 1 and area 2K, and nothing else', () => {
    expect(CreateImage.parse({ ...request, prompt: ' a lighthouse ' })).toStrictEqual({
      model: 'MiniMax-H3-Image',
      prompt: 'a lighthouse',
      n: 1,
      area: '2K',
    });
  });

  test('gets area 2K unless its size has pixels', () => {
    expect(CreateImage.parse({ ...request, size: 'auto' })).toMatchObject({ size: 'auto', area: '2K' });
    expect(CreateImage.parse({ ...request, aspect_ratio: '16:9' })).toMatchObject({ area: '2K' });
    expect(CreateImage.parse({ ...request, area: '4K' })).toMatchObject({ area: '4K' });
    expect(CreateImage.parse({ ...request, size: '1024x1024' })).not.toHaveProperty('area');
  });

  test('keeps references in their request', () => {
    const parsed = CreateImage.parse({ ...request, references: references(3) });
    expect(referencesOf(parsed)).toEqual(
      [0, 1, 2].map((index) => ({
        path: ['references', index, 'image_file'],
        image_file: `https://a.example/${index}.jpg`,
      })),
    );
  });

  test('treats null and empty values as absent', () => {
    const nulls = {
      size: null,
      aspect_ratio: null,
      area: null,
      references: null,
      n: null,
      disable_prompt_enhanced: null,
    };
    expect(CreateImage.parse({ ...request, ...nulls })).toStrictEqual(CreateImage.parse(request));
    expect(CreateImage.parse({ ...request, aspect_ratio: '', n: 0, references: [] })).toStrictEqual(
      CreateImage.parse(request),
    );
    expect(CreateImageCall.parse({ ...request, ...nulls, idempotency_key: null })).toStrictEqual(
      CreateImage.parse(request),
    );
  });

  test('is read back from a stored job as it was accepted', () => {
    const accepted = CreateImage.parse({ ...request, references: [{ image_file: upload }] });
    expect(AcceptedRequest.parse(accepted)).toStrictEqual(accepted);
  });
});

describe('an invalid request for an H3 model', () => {
  test.each<[string, object, string[]]>([
    ['a prompt one too long', { prompt: 'a'.repeat(32_001) }, ['prompt']],
    ['a prompt one too long with references', { prompt: '🌅'.repeat(8_001), references: references(1) }, ['prompt']],
    ['an empty prompt', { prompt: ' ' }, ['prompt']],
    ['eleven images', { n: 11 }, ['n']],
    ['a size as numbers', { size: 1024 }, ['size']],
    ['a size in another notation', { size: '1024*1024' }, ['size']],
    ['a size with a leading zero', { size: '01024x1024' }, ['size']],
    ['a size of 0', { size: '0x1024' }, ['size']],
    ['a negative size', { size: '-1024x1024' }, ['size']],
    ['one pixel too few', { size: '655359x1' }, ['size']],
    ['an area too small', { size: '1024x639' }, ['size']],
    ['an area too large', { size: '5000x4001' }, ['size']],
    ['a size too wide', { size: '1501x500' }, ['size']],
    ['a size too tall', { size: '500x1501' }, ['size']],
    ['a ratio too wide', { aspect_ratio: '301:100' }, ['aspect_ratio', 'aspect_ratio']],
    ['a ratio of numbers too large', { aspect_ratio: '301:300' }, ['aspect_ratio']],
    ['a ratio too tall', { aspect_ratio: '1:4' }, ['aspect_ratio']],
    ['a ratio with 0', { aspect_ratio: '0:1' }, ['aspect_ratio']],
    ['a fractional ratio', { aspect_ratio: '1.5:1' }, ['aspect_ratio']],
    ['an area that does not exist', { area: '8K' }, ['area']],
    ['an area in lower case', { area: '2k' }, ['area']],
    ['a size and a ratio', { size: '1024x1024', aspect_ratio: '1:1' }, ['aspect_ratio']],
    ['a size and an area', { size: '1024x1024', area: '1K' }, ['area']],
    ['a size, a ratio and an area', { size: '1024x1024', aspect_ratio: '1:1', area: '1K' }, ['aspect_ratio', 'area']],
    ['seventeen references', { references: references(17) }, ['references']],
    ['a reference outside a list', { references: { image_file: upload } }, ['references']],
    ['a reference with a type', { references: [{ image_file: upload, type: 'character' }] }, ['references.0.type']],
    ['a reference without a file', { references: [...references(3), {}] }, ['references.3.image_file']],
    [
      'a reference that is no address',
      { references: [...references(3), { image_file: 'a.jpg' }] },
      ['references.3.image_file'],
    ],
    [
      'two references on private hosts',
      { references: [{ image_file: 'http://localhost/a' }, ...references(1), { image_file: 'http://10.0.0.1/a' }] },
      ['references.0.image_file', 'references.2.image_file'],
    ],
    [
      'a reference with an address one character too long',
      { references: [{ image_file: `https://a.example/${'a'.repeat(REFERENCE_URL_MAX_LENGTH - 17)}` }] },
      ['references.0.image_file'],
    ],
    ['no prompt enhancement without a shape', { disable_prompt_enhanced: true }, ['disable_prompt_enhanced']],
    [
      'no prompt enhancement with shapes that MiniMax chooses',
      { disable_prompt_enhanced: true, size: 'auto', aspect_ratio: 'auto', area: '4K' },
      ['disable_prompt_enhanced'],
    ],
    [
      'no prompt enhancement with references',
      { disable_prompt_enhanced: true, size: '1024x1024', references: references(1) },
      ['disable_prompt_enhanced'],
    ],
    ['an output format', { output_format: 'png' }, ['output_format']],
  ])('is refused with the path of each field: %s', (_name, fields, paths) => {
    expect(faults({ ...request, ...fields })).toEqual(paths);
  });

  test.each(['width', 'height', 'subject_reference', 'seed', 'prompt_optimizer', 'aigc_watermark', 'style'])(
    'is refused with the image-01 field %s',
    (field) => {
      expect(faults({ ...request, [field]: 1 })).toEqual([field]);
    },
  );

  test.each(['size', 'area', 'references', 'disable_prompt_enhanced'])(
    'is refused for image-01 with the H3 field %s',
    (field) => {
      expect(faults({ ...request, model: 'image-01', [field]: 1 })).toEqual([field]);
    },
  );

  test('names all models and judges the shared fields if the model is unknown', () => {
    const found = issues({ ...request, model: 'MiniMax-H3', prompt: '', area: '2K', promt: 'x' });
    expect(found.map(({ path }) => path)).toEqual([['model'], ['prompt'], ['promt']]);
    expect(found[0]?.message).toBe('只能是 image-01、image-01-live、MiniMax-H3-Image、MiniMax-H3-Image-Highspeed');
  });

  test('is explained in Chinese', () => {
    const found = issues({
      ...request,
      prompt: '',
      size: '1x1',
      n: 11,
      area: 'x',
      references: references(17),
      seed: 1,
    });
    expect(found.map(({ path }) => path[0]).sort()).toEqual(['area', 'n', 'prompt', 'references', 'seed', 'size']);
    for (const { message } of found) expect(message).toMatch(/\p{Script=Han}/u);
  });
});

test('has a type of its own, told apart by the model', () => {
  const parsed = CreateImage.parse(request);
  if (!isH3(parsed)) throw new Error('another family');
  expectTypeOf(parsed).toEqualTypeOf<H3Request>();
  expect(parsed.area).toBe('2K');
  expectTypeOf<{ model: 'MiniMax-H3-Image'; prompt: string; references: null; n: 0 }>().toExtend<CreateImageInput>();
});
