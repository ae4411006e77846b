import { CreateImage, modelsOf } from '@darkroom/contracts';
import { ASPECT_RATIOS, STYLE_TYPES } from '@darkroom/contracts/limits';
import { MODEL_CAPABILITIES } from '@darkroom/contracts/models';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { storedForm, toRequest } from '../src/features/create/request-form.ts';
import { acceptsRatio } from '../src/features/create/request-rules.ts';
import { toForm } from '../src/features/create/to-form.ts';
import { stubStorage } from './stub-uni.ts';

const H3 = MODEL_CAPABILITIES['MiniMax-H3-Image'];
const imageFile = fc.oneof(
  fc.uuid().map((id) => `upload://${id}`),
  fc.webUrl(),
);
const prompt = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).map((text) => `x${text}`);
const side = fc.integer({ min: 64, max: 256 }).map((steps) => steps * 8);
const ratio = fc
  .tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }))
  .map((pair) => pair.join(':'));

const style = fc.record(
  { style_type: fc.constantFrom(...STYLE_TYPES), style_weight: fc.constantFrom(0.5, 1) },
  { requiredKeys: ['style_type'] },
);

const image01Request = fc
  .tuple(
    fc.record(
      {
        prompt,
        subject_reference: fc.array(fc.record({ type: fc.constant('character'), image_file: imageFile }), {
          maxLength: 1,
        }),
        n: fc.integer({ min: 1, max: 9 }),
        seed: fc.maxSafeInteger(),
        prompt_optimizer: fc.boolean(),
        aigc_watermark: fc.boolean(),
      },
      { requiredKeys: ['prompt'] },
    ),
    fc.oneof(
      fc.constantFrom({ model: 'image-01' }, { model: 'image-01-live' }),
      fc.record({ model: fc.constant('image-01'), width: side, height: side }),
      fc.record({
        model: fc.constantFrom('image-01', 'image-01-live'),
        aspect_ratio: fc.constantFrom(...ASPECT_RATIOS),
      }),
      fc.record({ model: fc.constant('image-01-live'), style }),
    ),
  )
  .map(([fields, shape]) => ({ ...shape, ...fields }));

const h3Request = fc.record(
  {
    model: fc.constantFrom(...modelsOf('h3')),
    prompt,
    size: fc.constantFrom('auto', '2720x1536', '1024x1024'),
    aspect_ratio: fc.oneof(fc.constant('auto'), fc.constantFrom(...ASPECT_RATIOS), ratio),
    area: fc.constantFrom(...H3.area.values),
    references: fc.array(fc.record({ image_file: imageFile }), { maxLength: H3.references.max }),
    n: fc.integer({ min: 1, max: 10 }),
    disable_prompt_enhanced: fc.boolean(),
  },
  { requiredKeys: ['model', 'prompt'] },
);

/** No references and an empty list of them are the same request. */
function withoutEmptyLists(request: CreateImage): unknown {
  return Object.fromEntries(
    Object.entries(request).filter(([, value]) => !(Array.isArray(value) && value.length === 0)),
  );
}

test.each([
  ['image-01', image01Request],
  ['H3', h3Request],
])(
  'makes the same request again from the form of any accepted request, also after a restart: %s',
  (_family, anyRequest) => {
    stubStorage();
    let accepted = 0;
    fc.assert(
      fc.property<[unknown]>(anyRequest, (given) => {
        const parsed = CreateImage.safeParse(given);
        if (!parsed.success) return;
        accepted++;
        const { data: request } = parsed;
        const model = { model: request.model, ...MODEL_CAPABILITIES[request.model] };
        const form = toForm(request, () => null);
        expect(toRequest(form, model)).toEqual(withoutEmptyLists(request));
        storedForm.write(form);
        expect(storedForm.read()).toEqual(form);
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(80);
  },
);

test('accepts the same ratios for H3 as the contract', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        ratio,
        fc.string({ minLength: 1, maxLength: 8 }),
        fc.constantFrom('auto', '1:3', '301:200', '0:1', '03:1'),
      ),
      (text) => {
        const request = { model: 'MiniMax-H3-Image', prompt: 'x', aspect_ratio: text };
        expect(acceptsRatio(H3.aspect_ratio, text)).toBe(CreateImage.safeParse(request).success);
      },
    ),
  );
});
