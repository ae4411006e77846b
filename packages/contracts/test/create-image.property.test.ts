import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ASPECT_RATIOS,
  CreateImage,
  issuesOf,
  modelsOf,
  PROMPT_MAX_CODE_POINTS,
  parseImageFile,
  STYLE_TYPES,
} from '../src/index.ts';

const side = fc.integer({ min: 62, max: 258 }).map((steps) => steps * 8);

/** Requests for image-01 close to the rules: most violate one, many violate none. */
const image01Request = fc.record(
  {
    model: fc.constantFrom(...modelsOf('image-01')),
    prompt: fc.oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 20 })),
    aspect_ratio: fc.constantFrom(...ASPECT_RATIOS, '5:4'),
    width: side,
    height: side,
    subject_reference: fc.array(
      fc.record({
        type: fc.constant('character'),
        image_file: fc.oneof(
          fc.webUrl(),
          fc.uuid().map((id) => `upload://${id}`),
          fc.string(),
        ),
      }),
      { maxLength: 2 },
    ),
    n: fc.integer({ min: 0, max: 10 }),
    seed: fc.maxSafeInteger(),
    prompt_optimizer: fc.boolean(),
    aigc_watermark: fc.boolean(),
    style: fc.record(
      { style_type: fc.constantFrom(...STYLE_TYPES), style_weight: fc.double({ min: -0.5, max: 1.5 }) },
      { requiredKeys: ['style_type'] },
    ),
  },
  { requiredKeys: ['model', 'prompt'] },
);

const anyReference = fc.oneof(
  fc.webUrl(),
  fc.uuid().map((id) => `upload://${id}`),
);

/** The same for the H3 family. */
const h3Request = fc.record(
  {
    model: fc.constantFrom(...modelsOf('h3')),
    prompt: fc.string({ unit: 'grapheme', maxLength: 40 }),
    size: fc.oneof(
      fc.constant('auto'),
      fc.tuple(fc.integer({ min: 400, max: 6000 }), fc.integer({ min: 400, max: 6000 })).map((pair) => pair.join('x')),
    ),
    aspect_ratio: fc.oneof(
      fc.constant('auto'),
      fc.tuple(fc.integer({ min: 1, max: 310 }), fc.integer({ min: 1, max: 310 })).map((pair) => pair.join(':')),
    ),
    area: fc.constantFrom('1K', '2K', '4K', '8K'),
    references: fc.array(fc.record({ image_file: anyReference }), { maxLength: 17 }),
    n: fc.integer({ min: 0, max: 11 }),
    disable_prompt_enhanced: fc.boolean(),
  },
  { requiredKeys: ['model', 'prompt'] },
);

test.each([
  ['image-01', image01Request],
  ['H3', h3Request],
])('accepts an accepted request again, unchanged, after a round trip through JSON: %s', (_family, anyRequest) => {
  let accepted = 0;
  fc.assert(
    fc.property<[unknown]>(anyRequest, (request) => {
      const first = CreateImage.safeParse(request);
      if (!first.success) return;
      accepted++;
      expect(CreateImage.parse(JSON.parse(JSON.stringify(first.data)))).toEqual(first.data);
    }),
    { numRuns: 2000, seed: 1 },
  );
  expect(accepted).toBeGreaterThan(20);
});

test('answers any input with a request or with at least one issue', () => {
  fc.assert(
    fc.property(fc.oneof(fc.anything(), image01Request, h3Request, fc.jsonValue()), (input) => {
      const result = CreateImage.safeParse(input);
      if (!result.success) expect(issuesOf(result.error).length).toBeGreaterThan(0);
    }),
    { numRuns: 1000 },
  );
});

test('measures a prompt in code points after trimming', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('a', '光', '🌅', '\u{10ffff}', 'e\u0301'),
      fc.integer({ min: 1, max: 1600 }),
      fc.constantFrom('', ' ', '\n\t', '　'),
      (unit, count, space) => {
        const prompt = unit.repeat(count);
        const isShort = [...prompt].length <= PROMPT_MAX_CODE_POINTS;
        const result = CreateImage.safeParse({ model: 'image-01', prompt: `${space}${prompt}${space}` });
        expect(result.success).toBe(isShort);
        if (result.success) expect(result.data.prompt).toBe(prompt);
      },
    ),
  );
});

test('accepts a prompt exactly if it is well formed, without U+0000, and not empty', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('\ud83c', '\udf05', '🌅', 'a', ' ', '\u0000'), { maxLength: 6 }), (parts) => {
      const prompt = parts.join('');
      const trimmed = prompt.trim();
      const isFine = trimmed !== '' && !trimmed.includes('\u0000') && Buffer.from(trimmed).toString() === trimmed;
      expect(CreateImage.safeParse({ model: 'image-01', prompt }).success).toBe(isFine);
    }),
    { numRuns: 500 },
  );
});

test('reads any bytes that begin as a JPEG as data, whichever type the URL gives', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      const base64 = Buffer.from([0xff, 0xd8, 0xff, ...bytes]).toString('base64');
      const data = { kind: 'data', contentType: 'image/jpeg', base64 };
      expect(parseImageFile(`data:image/jpeg;base64,${base64}`)).toEqual(data);
      expect(parseImageFile(`data:image/png;base64,${base64}`)).toEqual(data);
    }),
  );
});

test('reads any text as a reference without throwing', () => {
  const scheme = fc.constantFrom('', 'http://', 'https://', 'upload://', 'data:image/png;base64,', 'data:');
  fc.assert(
    fc.property(scheme, fc.string({ unit: 'binary' }), (start, rest) => {
      const file = parseImageFile(start + rest);
      if (typeof file !== 'string') expect(['url', 'data', 'upload']).toContain(file.kind);
    }),
    { numRuns: 1000 },
  );
});
