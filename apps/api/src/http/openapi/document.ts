import { FILE_PATHS } from './file-operations.ts';
import { JOB_PATHS } from './job-operations.ts';
import { componentSchemas } from './schemas.ts';
import { SERVICE_PATHS } from './service-operations.ts';

const DESCRIPTION = `Image jobs that are never lost and never paid twice.

Upload a reference photo if you have one, create a job, poll it until it has ended, and open its links.

All routes that require a token respond with \`{code, message, data}\`. Error responses add \`error_code\`, and \`issues\` if
fields are invalid. In addition to the responses listed for each operation: unknown URLs return 404 \`not_found\`,
unsupported methods return 405 \`method_not_allowed\` with \`Allow\`, and a URL, headers or a body beyond their limits return
413 \`payload_too_large\`. GET routes also accept HEAD. Unknown query parameters are ignored; unknown fields of a request
body are rejected.`;

/**
 * Describes every REST route in OpenAPI 3.1. The schemas are generated from the zod contracts.
 * @param serverUrl Base URL of the routes: an absolute URL, or a path for a page of the same origin.
 */
export function openApiDocument(serverUrl: string): Record<string, unknown> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Darkroom',
      version: '0.1.0',
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: serverUrl }],
    security: [{ bearer: [] }],
    tags: [
      { name: 'Jobs', description: 'Create, poll, cancel and delete jobs.' },
      { name: 'Files', description: 'Upload references and download images.' },
      { name: 'Service', description: 'Health and metrics, for operators.' },
    ],
    paths: { ...JOB_PATHS, ...FILE_PATHS, ...SERVICE_PATHS },
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'Issued by the sign-in of your app. `exp` is required. `user_id` (or else `sub`) and the optional `star_id` are ' +
            '64-bit ids, preferably as strings of digits; `user_id` and `sub` may also be any other string of 1 to 128 ' +
            'printable ASCII characters.',
        },
        operator: { type: 'http', scheme: 'bearer', description: '`METRICS_TOKEN`.' },
      },
      schemas: componentSchemas(),
    },
  };
}
