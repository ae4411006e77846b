import {
  CreateImage,
  IDEMPOTENCY_KEY_MAX_LENGTH,
  Image01Request,
  PROMPT_MAX_CODE_POINTS,
  REFERENCE_URL_MAX_LENGTH,
} from '@darkroom/contracts';
import fc from 'fast-check';
import sharp from 'sharp';
import * as z from 'zod';
import type { KnownData } from './probe.ts';

type Schema = z.core.JSONSchema.BaseSchema;

const pixel = sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } });
export const TINY_JPEG = await pixel.clone().jpeg().toBuffer();
export const TINY_PNG = await pixel.clone().png().toBuffer();

/** Any character, up to the maximum length. */
const prompt = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }).map((text) => `x${text.replaceAll('\0', '')}`),
  fc
    .constantFrom('灯', '😀', 'é', 'e\u0301', '\u202e', '\ufeff', '\u{10ffff}', '"', '\\', '\u2028', '<', "'; --")
    .map((unit) => `x${unit.repeat(Math.floor((PROMPT_MAX_CODE_POINTS - 1) / [...unit].length))}`),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }).map((text) => `  x${text}\n`),
);

/** A reference, or a function that builds one from the known data. */
type ImageFile = (known: KnownData) => string;

const imageFile: fc.Arbitrary<ImageFile> = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true }).map((url) => () => url),
  fc.constant(() => `https://photos.example/${'a'.repeat(REFERENCE_URL_MAX_LENGTH - 23)}`),
  fc.constant(() => `data:image/jpeg;base64,${TINY_JPEG.toString('base64')}`),
  fc.constant(() => `data:image/png;base64,${TINY_PNG.toString('base64')}`),
  fc.nat().map(
    (pick) =>
      ({ uploads }: KnownData) =>
        uploads[pick % uploads.length] ?? 'https://photos.example/a.jpg',
  ),
);

/** Values of a field, derived from its schema. Boundary values are more frequent. */
function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer': {
      const step = schema.multipleOf ?? 1;
      const [min, max] = [schema.minimum ?? Number.MIN_SAFE_INTEGER, schema.maximum ?? Number.MAX_SAFE_INTEGER];
      return fc.integer({ min: Math.ceil(min / step), max: Math.floor(max / step) }).map((steps) => steps * step);
    }
    case 'number':
      return fc.double({ min: 1e-6, max: schema.maximum ?? 1, noNaN: true });
    case 'object':
      return fieldsOf(schema);
    default:
      throw new Error(`No values are known for ${JSON.stringify(schema)}`);
  }
}

function fieldsOf({ properties = {}, required = [] }: Schema): fc.Arbitrary<Record<string, unknown>> {
  // zod writes no boolean schemas for properties.
  const fields = Object.entries(properties).map(([name, schema]) => [name, valuesOf(schema as Schema)] as const);
  // One fast-check model for every set of required fields.
  return fc.record(Object.fromEntries(fields), { requiredKeys: required });
}

const { subject_reference: _reference, prompt: _prompt, ...plainFields } = propertiesOf(Image01Request);

function propertiesOf(schema: z.ZodType): Record<string, Schema> {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return properties as Record<string, Schema>; // as above
}

/** Most requests are for one image, to save time; some are for the maximum. */
const count = fc.oneof({ weight: 8, arbitrary: fc.constant(1) }, fc.constantFrom(2, 9));

type MakeCreate = (known: KnownData) => Record<string, unknown>;

/** Requests that the contract accepts: every field present or absent, at its bounds. */
export const validCreate: fc.Arbitrary<MakeCreate> = fc
  .tuple(
    fieldsOf({ properties: plainFields, required: ['model'] }),
    prompt,
    count,
    fc.option(imageFile, { freq: 3, nil: undefined }),
  )
  .map(([fields, prompt, n, makeFile]): MakeCreate => {
    return (known) => ({
      ...fields,
      prompt,
      ...(fields.n !== undefined && { n }),
      ...(makeFile && { subject_reference: [{ type: 'character', image_file: makeFile(known) }] }),
    });
  })
  .filter((makeCreate) => CreateImage.safeParse(makeCreate({ token: '', jobIds: [], uploads: [] })).success);

export const idempotencyKey = fc
  .tuple(fc.uuid(), fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)) }))
  .map(([unique, rest]) => (unique + rest).slice(0, IDEMPOTENCY_KEY_MAX_LENGTH));
