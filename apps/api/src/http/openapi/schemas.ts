import {
  CompletedJob,
  CreateImage,
  FailedJob,
  ImageAsset,
  ImageJob,
  ImageJobPage,
  PendingJob,
  ProcessingJob,
  REQUEST_ERROR_CODES,
  UploadedImage,
} from '@darkroom/contracts';
import * as z from 'zod';

const ErrorEnvelope = z.object({
  code: z.int().describe('The HTTP status again.'),
  message: z.string().describe('For people, in Chinese.'),
  data: z.null(),
  error_code: z.enum(REQUEST_ERROR_CODES),
  issues: z
    .array(z.object({ path: z.array(z.union([z.string(), z.int()])), message: z.string() }))
    .optional()
    .describe('With invalid_request: which field, and why.'),
});

const SCHEMAS = {
  CreateImage,
  ImageJob,
  PendingJob,
  ProcessingJob,
  CompletedJob,
  FailedJob,
  ImageAsset,
  ImageJobPage,
  UploadedImage,
  ErrorEnvelope,
};

export type SchemaName = keyof typeof SCHEMAS;

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** What the wire carries, as `components.schemas` of OpenAPI 3.1: JSON Schema made from the zod contracts themselves. */
export function componentSchemas(): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    io: 'input',
    uri: (id) => refTo(id).$ref,
    override: ({ jsonSchema }) => simplify(jsonSchema),
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _schema, $id: _id, ...schema }]) => [name, schema]),
  );
}

export function refTo(name: string): { $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

/** What a format already says, and bounds that are JavaScript's, only hide what matters. */
function simplify(schema: JsonSchema): void {
  if (schema.format !== undefined) delete schema.pattern;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}
