import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { LightMyRequestResponse } from 'fastify';
import * as z from 'zod';

const Response = z.object({
  headers: z.record(z.string(), z.object({ required: z.boolean().optional() })).optional(),
  content: z.record(z.string(), z.object({ schema: z.unknown().optional() })).optional(),
});
const Operation = z.object({ operationId: z.string(), responses: z.record(z.string(), Response) });
const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), Operation)) });

export interface DocumentedAnswers {
  /** Every documented answer, such as `getJob 200`. */
  names: string[];
  /** Returns how a real answer deviates from the document. */
  problems(name: string, response: LightMyRequestResponse): string[];
}

/** Reads the answers that an OpenAPI document promises, to compare real ones with them. */
export function readDocumentedAnswers(source: unknown): DocumentedAnswers {
  const answers = new Map<string, { response: z.output<typeof Response>; pointer: string }>();
  for (const [path, methods] of Object.entries(Document.parse(source).paths)) {
    for (const [method, { operationId, responses }] of Object.entries(methods)) {
      for (const [status, response] of Object.entries(responses)) {
        const pointer = ['paths', path, method, 'responses', status, 'content'].map(escapePointer).join('/');
        answers.set(`${operationId} ${status}`, { response, pointer });
      }
    }
  }
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema({ ...z.record(z.string(), z.unknown()).parse(close(source)), $id: 'document' });

  function bodyProblems(pointer: string, type: string, { headers, body }: LightMyRequestResponse): string[] {
    const mediaType = String(headers['content-type']).split(';')[0];
    if (mediaType !== type) return [`the content is ${mediaType}, not ${type}`];
    const validate = ajv.compile({ $ref: `document#/${pointer}/${escapePointer(type)}/schema` });
    validate(type === 'application/json' ? JSON.parse(body) : body);
    return (validate.errors ?? []).map(({ instancePath, message, params }) =>
      [instancePath, message, JSON.stringify(params)].join(' '),
    );
  }

  return {
    names: [...answers.keys()],
    problems(name, response) {
      const answer = answers.get(name);
      if (!answer) return [`${name} is not documented`];
      const { headers = {}, content = {} } = answer.response;
      const [type] = Object.keys(content).filter((candidate) => content[candidate]?.schema !== undefined);
      return [
        ...(name.endsWith(` ${response.statusCode}`) ? [] : [`the status is ${response.statusCode}`]),
        ...Object.keys(headers)
          .filter((header) => response.headers[header.toLowerCase()] === undefined)
          .map((header) => `${header} is missing`),
        ...(type === undefined ? [] : bodyProblems(answer.pointer, type, response)),
      ];
    },
  };
}

function escapePointer(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** Returns the same schemas with undeclared fields forbidden. */
function close(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(close);
  if (typeof schema !== 'object' || schema === null) return schema;
  const closed = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, close(value)]));
  return 'required' in schema && 'properties' in schema ? { ...closed, additionalProperties: false } : closed;
}
