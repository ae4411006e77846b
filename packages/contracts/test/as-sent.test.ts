import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  AcceptedRequest,
  CreateImage,
  CreateImageCall,
  type CreateImageInput,
  type ImageJobPage,
  issuesOf,
  JobRef,
  ListQuery,
  type ListQueryInput,
  OBJECT_KEYS_MAX,
  StatusQuery,
  type StatusQueryInput,
} from '../src/index.ts';

const request = { model: 'image-01', prompt: 'a lighthouse at dawn' } as const;
const live = { ...request, model: 'image-01-live' } as const;

/** As stored and hashed: an undefined field is left out. */
const written = (value: unknown) => JSON.stringify(value);

describe('CreateImage with an absent value in an optional field', () => {
  const NULLS = {
    aspect_ratio: null,
    width: null,
    height: null,
    subject_reference: null,
    n: null,
    seed: null,
    prompt_optimizer: null,
    aigc_watermark: null,
    style: null,
  };

  test.each<[string, CreateImageInput]>([
    ['null in every optional field', { ...request, ...NULLS }],
    ["the zero values of the Go service's DTO", { ...request, aspect_ratio: '', subject_reference: null, n: 0 }],
    ['an empty aspect_ratio', { ...request, aspect_ratio: '' }],
    ['0 for n, width and height', { ...request, n: 0, width: 0, height: 0 }],
    ['an empty list of references', { ...request, subject_reference: [] }],
  ])('parses to the same request as without the field: %s', (_name, input) => {
    expect(CreateImage.parse(input)).toStrictEqual(CreateImage.parse(request));
    expect(CreateImageCall.parse({ ...input, idempotency_key: null })).toStrictEqual(CreateImageCall.parse(request));
  });

  test('drops a style_weight of null', () => {
    const style = { style_type: '水彩' } as const;
    expect(CreateImage.parse({ ...live, style: { ...style, style_weight: null } })).toStrictEqual(
      CreateImage.parse({ ...live, style }),
    );
  });

  test('accepts a width and height of 0 beside an aspect ratio', () => {
    const input = { ...request, aspect_ratio: '16:9', width: 0, height: 0 };
    expect(CreateImage.parse(input)).toStrictEqual({ ...request, aspect_ratio: '16:9', n: 1 });
  });

  test('leaves the passed input unchanged', () => {
    const input = { ...request, n: null, aspect_ratio: '' } as const;
    CreateImage.parse(input);
    expect(input).toEqual({ ...request, n: null, aspect_ratio: '' });
  });

  test.each([
    ['a seed of 0', { ...request, seed: 0 }],
    ['a switch that is off', { ...request, prompt_optimizer: false, aigc_watermark: false }],
  ])('keeps %s as a value', (_name, input) => {
    expect(CreateImage.parse(input)).toStrictEqual({ ...input, n: 1 });
  });

  test.each([
    [{ ...request, model: null }, 'model'],
    [{ ...request, prompt: null }, 'prompt'],
    [{ ...request, prompt: '' }, 'prompt'],
    [{ ...request, n: '' }, 'n'],
    [{ ...request, aspect_ratio: 0 }, 'aspect_ratio'],
    [{ ...request, seed: '' }, 'seed'],
    [{ ...live, style: {} }, 'style.style_type'],
    [{ ...live, style: { style_type: '水彩', style_weight: 0 } }, 'style.style_weight'],
    [{ ...request, subject_reference: [null] }, 'subject_reference.0'],
    [{ ...request, unknown: null }, 'unknown'],
  ])('refuses %j', (input, path) => {
    const { error } = CreateImage.safeParse(input);
    expect(error && issuesOf(error).map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});

describe('queries with null in optional fields', () => {
  test('parses a list query to the first page with its defaults', () => {
    const nulls = { limit: null, cursor: null, status: null, star_id: null };
    expect(written(ListQuery.parse(nulls))).toBe(written(ListQuery.parse({})));
  });

  test('parses a status query to its defaults', () => {
    const parsed = StatusQuery.parse({ job_id: 'x', wait_seconds: null, after_version: null });
    expect(parsed).toStrictEqual({ job_id: 'x', wait_seconds: 0 });
  });

  test('accepts next_cursor of a page as the next cursor', () => {
    expectTypeOf<ImageJobPage['next_cursor']>().toExtend<ListQueryInput['cursor']>();
    expectTypeOf<{ job_id: string; wait_seconds: null }>().toExtend<StatusQueryInput>();
    expectTypeOf<{ model: 'image-01'; prompt: string; n: null; aspect_ratio: '' }>().toExtend<CreateImageInput>();
    expectTypeOf<{ model: 'image-01'; prompt: null }>().not.toExtend<CreateImageInput>();
  });
});

describe('an object with too many or too long keys', () => {
  const many = Object.fromEntries(Array.from({ length: OBJECT_KEYS_MAX + 1 }, (_, index) => [`key${index}`, index]));
  const long = { ['k'.repeat(1_000)]: 1 };

  test.each([
    ['many', many],
    ['long', long],
  ])('is refused with one issue that names no key: %s', (_name, extra) => {
    const issuesFor = (schema: typeof CreateImage | typeof ListQuery | typeof JobRef, input: object) => {
      const { error } = schema.safeParse(input);
      return error && issuesOf(error).map((issue) => issue.path.join('.'));
    };
    expect(issuesFor(CreateImage, { ...request, ...extra })).toEqual(['']);
    expect(issuesFor(CreateImage, { ...live, style: { style_type: '水彩', ...extra } })).toEqual(['style']);
    const reference = { type: 'character', image_file: 'https://a.example/a.jpg', ...extra };
    expect(issuesFor(CreateImage, { ...request, subject_reference: [reference] })).toEqual(['subject_reference.0']);
    expect(issuesFor(ListQuery, extra)).toEqual(['']);
    expect(issuesFor(JobRef, { job_id: 'x', ...extra })).toEqual(['']);
  });
});

test('reads stored requests that a later rule would refuse', () => {
  const stored = { ...request, n: 1, subject_reference: [{ type: 'character', image_file: 'http://localhost/a.jpg' }] };
  expect(AcceptedRequest.parse(stored)).toEqual(stored);
  expect(AcceptedRequest.parse({ ...request, n: 1, subject_reference: [] })).toEqual({
    ...request,
    n: 1,
    subject_reference: [],
  });
  expect(CreateImage.safeParse(stored).success).toBe(false);
});
