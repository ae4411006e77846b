import {
  AcceptedRequest,
  ArrivedAsset,
  CompletedJob,
  CreateImage,
  FailedJob,
  H3Request,
  Image01Request,
  ImageAsset,
  ImageJob,
  ImageJobPage,
  ImageModel,
  ImageModels,
  modelsOf,
  PendingJob,
  ProcessingJob,
  REQUEST_ERROR_CODES,
  UploadedImage,
} from '@darkroom/contracts';
import * as z from 'zod';
import { DESCRIPTIONS, type Description } from './descriptions.ts';
import { ANSWERS } from './examples.ts';

const ErrorEnvelope = z.object({
  code: z.int(),
  message: z.string(),
  data: z.null(),
  error_code: z.enum(REQUEST_ERROR_CODES),
  issues: z
    .array(
      z.object({
        path: z.array(z.union([z.string(), z.int()])),
        message: z.string(),
        reason: z.string().optional(),
        params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
      }),
    )
    .optional(),
});

/** Schemas that clients send: a field with a default is optional. */
const REQUESTS = { CreateImage, CreateImage01: Image01Request, CreateImageH3: H3Request };

/** Schemas that clients receive: a field with a default is always present. */
const RESPONSES = {
  AcceptedRequest,
  AcceptedRequest01: Image01Request,
  AcceptedRequestH3: H3Request,
  ImageJob,
  PendingJob,
  ProcessingJob,
  CompletedJob,
  FailedJob,
  ImageAsset,
  ArrivedAsset,
  ImageJobPage,
  ImageModels,
  ImageModel,
  UploadedImage,
  ErrorEnvelope,
};

type SchemaName = keyof typeof REQUESTS | keyof typeof RESPONSES;

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The `components.schemas` of OpenAPI 3.1: JSON Schema generated from the zod contracts. */
export function componentSchemas(): Record<string, JsonSchema> {
  const requests = jsonSchemas(REQUESTS, 'input');
  for (const schema of Object.values(requests)) takeAbsent(schema);
  const schemas = { ...requests, ...jsonSchemas(RESPONSES, 'output') };
  for (const [name, description] of Object.entries(DESCRIPTIONS)) describe(schemas[name] ?? {}, description);
  for (const [name, example] of Object.entries(ANSWERS)) Object.assign(schemas[name] ?? {}, { examples: [example] });
  return {
    ...schemas,
    ImageJob: { ...schemas.ImageJob, discriminator: JOB_BY_STATUS },
    CreateImage: { ...schemas.CreateImage, discriminator: byModel('CreateImage01', 'CreateImageH3') },
    AcceptedRequest: { ...schemas.AcceptedRequest, discriminator: byModel('AcceptedRequest01', 'AcceptedRequestH3') },
  };
}

/** The discriminator of a union with one schema per family. */
function byModel(image01: SchemaName, h3: SchemaName): object {
  const all = (models: string[], name: SchemaName) => models.map((model) => [model, refTo(name).$ref]);
  const mapping = Object.fromEntries([...all(modelsOf('image-01'), image01), ...all(modelsOf('h3'), h3)]);
  return { propertyName: 'model', mapping };
}

export function refTo(name: SchemaName): { $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

const JOB_BY_STATUS = {
  propertyName: 'status',
  mapping: {
    PENDING: refTo('PendingJob').$ref,
    PROCESSING: refTo('ProcessingJob').$ref,
    COMPLETED: refTo('CompletedJob').$ref,
    FAILED: refTo('FailedJob').$ref,
  } satisfies Record<ImageJob['status'], string>,
};

function jsonSchemas(
  named: Partial<Record<SchemaName, z.ZodType>>,
  io: 'input' | 'output',
): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    io,
    uri: (id) => `#/components/schemas/${id}`,
    unrepresentable: ({ zodSchema }) => (zodSchema._zod.def.type === 'transform' ? TRIMMED : 'throw'),
    override: ({ jsonSchema }) => simplify(jsonSchema, io),
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _schema, $id: _id, ...schema }]) => [name, schema]),
  );
}

/** The schema of the contract's only transform, which trims the prompt. */
const TRIMMED: JsonSchema = { type: 'string' };

/** Removes patterns that repeat a format, and bounds that are only JavaScript's: they hide the real constraints. */
function simplify(schema: JsonSchema, io: 'input' | 'output'): void {
  if (schema.format !== undefined) delete schema.pattern;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (io === 'input') delete schema.default; // generated TypeScript would require optional fields
  if (io === 'output') delete schema.additionalProperties; // a later version may add fields
}

/**
 * Adds the values that the contract reads as absent to every optional field of a request's objects: null, and the empty
 * string for an enum.
 */
function takeAbsent(schema: JsonSchema): void {
  const { required = [] } = schema;
  for (const [name, field] of Object.entries(propertiesOf(schema) ?? {})) {
    takeAbsent(field);
    if (required.includes(name) || typeof field.type !== 'string') continue;
    Object.assign(field, { type: [field.type, 'null'] });
    if (field.enum) field.enum.push(null, '');
  }
}

function describe(schema: JsonSchema, { description, fields }: Description): void {
  schema.description = description;
  for (const [path, text] of Object.entries(fields)) {
    const field = fieldAt(schema, path.split('.'));
    if (field) field.description = text;
  }
}

function fieldAt(schema: JsonSchema, path: string[]): JsonSchema | undefined {
  return path.reduce<JsonSchema | undefined>((at, name) => propertiesOf(at)?.[name], schema);
}

function propertiesOf(schema: JsonSchema | undefined): Record<string, JsonSchema> | undefined {
  const { items } = schema ?? {};
  const holder = typeof items === 'object' && !Array.isArray(items) ? items : schema;
  // zod generates no boolean schemas for properties.
  return holder?.properties as Record<string, JsonSchema> | undefined;
}
