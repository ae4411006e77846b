import { CreateImage, MODEL_CAPABILITIES, modelsOf } from '@darkroom/contracts';
import fc from 'fast-check';
import { imageFile, type MakeCreate, NOTHING_KNOWN, promptUpTo } from './valid-fields.ts';

const { prompt: PROMPT, size: SIZE, n: N, area: AREA, references: REFERENCES } = MODEL_CAPABILITIES['MiniMax-H3-Image'];

/** Both bounds of the area and of the ratio, and sizes between them. */
const size = fc.oneof(
  fc.constantFrom('auto', '1024x640', '512x1280', '5000x4000', '4000x5000', '7743x2581', '2581x7743', '1403x468'),
  fc
    .tuple(fc.integer({ min: SIZE.area_min, max: SIZE.area_max }), fc.double({ min: 1 / 3, max: 3, noNaN: true }))
    .map(([area, ratio]) => `${Math.round(Math.sqrt(area * ratio))}x${Math.round(Math.sqrt(area / ratio))}`),
);

const ratio = fc.oneof(
  fc.constantFrom('auto', '1:1', '3:1', '1:3', '300:100', '100:300', '300:300', '16:9'),
  fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 })).map((parts) => parts.join(':')),
);

/** Either a size, or a ratio and an area, each of which may be absent. */
const shape: fc.Arbitrary<object> = fc.oneof(
  size.map((pixels) => ({ size: pixels })),
  fc.record({ aspect_ratio: ratio, area: fc.constantFrom(...AREA.values) }, { requiredKeys: [] }),
);

const references = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 2, arbitrary: fc.array(imageFile, { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.array(imageFile, { minLength: REFERENCES.max, maxLength: REFERENCES.max }) },
);

/** Most requests are for one image, to save time; some are for the maximum. */
const count = fc.oneof({ weight: 8, arbitrary: fc.constant(1) }, fc.constantFrom(2, N.max, undefined));

/** Requests for H3 that the contract accepts, at its bounds. */
export const validH3: fc.Arbitrary<MakeCreate> = fc
  .tuple(
    fc.constantFrom(...modelsOf('h3')),
    fc.oneof(promptUpTo(PROMPT.max_with_references), promptUpTo(PROMPT.max)),
    count,
    shape,
    references,
    fc.constantFrom(undefined, false, true),
  )
  .map(([model, prompt, n, ofShape, makeFiles, disable_prompt_enhanced]): MakeCreate => {
    return (known) => ({
      model,
      prompt,
      ...ofShape,
      ...(n !== undefined && { n }),
      ...(makeFiles.length > 0 && { references: makeFiles.map((makeFile) => ({ image_file: makeFile(known) })) }),
      ...(disable_prompt_enhanced !== undefined && { disable_prompt_enhanced }),
    });
  })
  .filter((makeCreate) => CreateImage.safeParse(makeCreate(NOTHING_KNOWN)).success);
