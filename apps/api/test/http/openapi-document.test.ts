import { MODELS, REQUEST_ERROR_CODES } from '@darkroom/contracts';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { openApiDocument } from '../../src/http/openapi/document.ts';
import { PUBLIC_URL, shareApi } from './running-api.ts';

const api = shareApi();

interface Schema {
  description?: string | undefined;
  properties?: Record<string, Schema> | undefined;
  items?: Schema | undefined;
}
const Schema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    description: z.string().optional(),
    properties: z.record(z.string(), Schema).optional(),
    items: Schema.optional(),
  }),
);
const Document = z.object({ components: z.object({ schemas: z.record(z.string(), Schema) }) });

test('serves the document without a token, with the address that clients use as its server', async () => {
  const response = await api().server.inject('/openapi.json');
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(response.json()).toMatchObject({ openapi: '3.1.0', servers: [{ url: PUBLIC_URL }] });
});

test('is valid OpenAPI, including the examples', async () => {
  const config = await createConfig({
    extends: ['recommended-strict'],
    rules: {
      'no-invalid-media-type-examples': 'error',
      'no-invalid-schema-examples': 'error',
      'operation-4xx-response': 'off', // a health request cannot be wrong
    },
  });
  const problems = await lintFromString({ source: JSON.stringify(openApiDocument(PUBLIC_URL)), config });
  expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
});

test('allows null in a create for every optional field and no other', () => {
  const types = z.object({ properties: z.record(z.string(), z.object({ type: z.unknown() })) });
  const components = z.object({ components: z.object({ schemas: z.record(z.string(), z.unknown()) }) });
  const { schemas } = components.parse(openApiDocument(PUBLIC_URL)).components;
  for (const family of ['01', 'H3']) {
    const { properties } = types.parse(schemas[`CreateImage${family}`]);
    expect(Object.entries(properties).flatMap(([name, { type }]) => (Array.isArray(type) ? [name] : []))).toEqual(
      Object.keys(properties).filter((name) => name !== 'model' && name !== 'prompt'),
    );
    const accepted = types.parse(schemas[`AcceptedRequest${family}`]).properties;
    expect(Object.values(accepted).some(({ type }) => Array.isArray(type))).toBe(false);
  }
});

test('lists every error that a request can get, except the one of every URL', () => {
  const { paths } = openApiDocument(PUBLIC_URL);
  const listed = JSON.stringify(paths);
  const missing = REQUEST_ERROR_CODES.filter((code) => !listed.includes(code));
  expect(missing).toEqual(['method_not_allowed']); // the description of the document has it
});

test('names every model in the description of `model`', () => {
  const { schemas } = Document.parse(openApiDocument(PUBLIC_URL)).components;
  const texts = ['CreateImage01', 'CreateImageH3'].map((name) => schemas[name]?.properties?.model?.description);
  for (const model of MODELS) expect(texts.join(' ')).toContain(`\`${model}\``);
});

test('describes every schema and field', () => {
  const { schemas } = Document.parse(openApiDocument(PUBLIC_URL)).components;
  expect(Object.entries(schemas).flatMap(([name, schema]) => silent(name, schema))).toEqual([]);
});

/** Paths of the fields without a description. */
function silent(path: string, { description, properties = {}, items }: Schema): string[] {
  return [
    ...(description === undefined ? [path] : []),
    ...Object.entries(properties).flatMap(([name, field]) => silent(`${path}.${name}`, field)),
    ...Object.entries(items?.properties ?? {}).flatMap(([name, field]) => silent(`${path}.${name}`, field)),
  ];
}
