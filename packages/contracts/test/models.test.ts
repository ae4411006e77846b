import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import {
  ASPECT_RATIOS,
  CreateImage,
  costUnits,
  ImageModels,
  issuesOf,
  MODEL_CAPABILITIES,
  MODELS,
  modelsOf,
} from '../src/index.ts';

describe.each(MODELS)('the capabilities of %s', (model) => {
  const { fields, family, cost, area, n } = MODEL_CAPABILITIES[model];
  const paths = (request: object) => {
    const { error } = CreateImage.safeParse({ model, prompt: 'x', ...request });
    return error ? issuesOf(error).map(({ path }) => path.join('.')) : [];
  };

  test('are of the form that image.models answers', () => {
    const answer = { models: [{ model, ...MODEL_CAPABILITIES[model] }] };
    expect(ImageModels.parse(answer)).toEqual(answer);
  });

  /** A value that every model with the field accepts. */
  const SAMPLES: Record<string, unknown> = {
    model,
    prompt: 'a lighthouse',
    aspect_ratio: '1:1',
    width: 512,
    height: 512,
    subject_reference: [{ type: 'character', image_file: 'https://a.example/a.jpg' }],
    n: 1,
    seed: 1,
    prompt_optimizer: true,
    aigc_watermark: true,
    style: { style_type: '水彩' },
    size: 'auto',
    area: '1K',
    references: [{ image_file: 'https://a.example/a.jpg' }],
    disable_prompt_enhanced: false,
  };

  test('list exactly the fields that a request may have', () => {
    const size = { width: 512, height: 512 };
    const accepted = Object.keys(SAMPLES).filter((field) => {
      const request = field in size ? size : { [field]: SAMPLES[field] };
      return paths(request).length === 0;
    });
    expect(accepted.sort()).toEqual([...fields].sort());
  });

  test('state the limits that a request is held to', () => {
    const { prompt, references } = MODEL_CAPABILITIES[model];
    expect(paths({ n: n.max })).toEqual([]);
    expect(paths({ n: n.max + 1 })).toEqual(['n']);
    expect(paths({ prompt: 'a'.repeat(prompt.max) })).toEqual([]);
    expect(paths({ prompt: 'a'.repeat(prompt.max + 1) })).toEqual(['prompt']);
    const [reference] = z.array(z.unknown()).parse(SAMPLES[references.field]);
    const held = (count: number) => ({ [references.field]: Array.from({ length: count }, () => reference) });
    expect(paths(held(references.max))).toEqual([]);
    expect(paths(held(references.max + 1))).toEqual([references.field]);
    const longest = { ...held(1), prompt: 'a'.repeat(prompt.max_with_references) };
    expect(paths(longest)).toEqual([]);
    expect(paths({ ...longest, prompt: `${longest.prompt}a` })).toEqual(['prompt']);
  });

  test('state the aspect ratios that a request may have', () => {
    const { aspect_ratio: ratios } = MODEL_CAPABILITIES[model];
    const accepted = ASPECT_RATIOS.filter((ratio) => paths({ aspect_ratio: ratio }).length === 0);
    expect(accepted).toEqual(ratios.kind === 'listed' ? ratios.values : ASPECT_RATIOS);
    expect(paths({ aspect_ratio: '31:1' })).toEqual(['aspect_ratio']);
  });

  test('price the default area like an image without an area', () => {
    if (area === null) expect(cost.per_image_by_area).toBeNull();
    else expect(cost.per_image_by_area).toHaveProperty(area.default, cost.per_image);
  });

  test('place the model in its family', () => {
    expect(modelsOf(family)).toContain(model);
  });
});

describe('the cost of a request in units', () => {
  const h3 = { model: 'MiniMax-H3-Image', n: 1 } as const;
  test.each([
    ['one unit for an image of image-01', { model: 'image-01', n: 1 }, 1],
    ['one unit for each image of image-01-live', { model: 'image-01-live', n: 9 }, 9],
    ['by area for H3', { ...h3, area: '1K' }, 3],
    ['by area for each image of H3', { ...h3, area: '4K', n: 10 }, 200],
    ['twice as much for Highspeed', { model: 'MiniMax-H3-Image-Highspeed', n: 2, area: '2K' }, 28],
    ['that of the default area without an area', h3, 7],
    ['that of the default area with the size auto', { ...h3, size: 'auto' }, 7],
    ['that of 1K for the smallest size', { ...h3, size: '640x1024' }, 3],
    ['that of 1K up to the middle between 1K and 2K', { ...h3, size: '1447x1448' }, 3],
    ['that of 2K from there', { ...h3, size: '1448x1448' }, 7],
    ['that of 4K from the middle between 2K and 4K', { ...h3, size: '2896x2896' }, 20],
    ['that of 4K for the largest size', { ...h3, size: '5000x4000' }, 20],
  ] as const)('is %s', (_, request, units) => {
    expect(costUnits(request)).toBe(units);
  });

  test('is known for every request as parsed', () => {
    for (const model of MODELS) expect(costUnits(CreateImage.parse({ model, prompt: 'x', n: 2 }))).toBeGreaterThan(0);
  });
});
