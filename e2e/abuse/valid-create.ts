import { CreateImage, IDEMPOTENCY_KEY_MAX_LENGTH, Image01Request, PROMPT_MAX_CODE_POINTS } from '@darkroom/contracts';
import fc from 'fast-check';
import * as z from 'zod';
import { imageFile, type MakeCreate, NOTHING_KNOWN, promptUpTo } from './valid-fields.ts';
import { validH3 } from './valid-h3.ts';

type Schema = z.core.JSONSchema.BaseSchema;

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

/** Every field present or absent, at its bounds. */
const validImage01: fc.Arbitrary<MakeCreate> = fc
  .tuple(
    fieldsOf({ properties: plainFields, required: ['model'] }),
    promptUpTo(PROMPT_MAX_CODE_POINTS),
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
  .filter((makeCreate) => CreateImage.safeParse(makeCreate(NOTHING_KNOWN)).success);

/** Requests that the contract accepts, for both families. */
export const validCreate: fc.Arbitrary<MakeCreate> = fc.oneof(
  { weight: 2, arbitrary: validImage01 },
  { weight: 1, arbitrary: validH3 },
);

export const idempotencyKey = fc
  .tuple(fc.uuid(), fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)) }))
  .map(([unique, rest]) => (unique + rest).slice(0, IDEMPOTENCY_KEY_MAX_LENGTH));
