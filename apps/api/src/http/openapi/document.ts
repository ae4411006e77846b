import { PICTURE_PATHS } from './file-operations.ts';
import { JOB_PATHS } from './job-operations.ts';
import { componentSchemas } from './schemas.ts';
import { SERVICE_PATHS } from './service-operations.ts';

const DESCRIPTION = `Image jobs that are never lost and never paid twice.

Upload a photograph if there is one, order pictures, follow the job until it has ended, open its links.

Every answer of the routes that ask for a token is \`{code, message, data}\`; a refusal adds \`error_code\`, and \`issues\`
where fields are at fault. Beside what each operation lists: an address that does not exist is 404 \`not_found\`, a
method that it does not answer is 405 \`method_not_allowed\` with \`Allow\`, and an address, headers or a body past their
limits are 413 \`payload_too_large\`. GET routes answer HEAD too. Unknown query parameters are ignored; an unknown field
of an order is an error.`;

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
      { name: 'Jobs', description: 'Order, follow, give up, remove.' },
      { name: 'Pictures', description: 'Photographs on their way in, results on their way out.' },
      { name: 'Service', description: 'For whoever runs it.' },
    ],
    paths: { ...JOB_PATHS, ...PICTURE_PATHS, ...SERVICE_PATHS },
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'From the sign-in of your app. `exp` is required; `user_id` (else `sub`) and the optional `star_id` are ' +
            '64-bit ids, best sent as strings of digits; `user_id` and `sub` may also be any other string of 1 to 128 ' +
            'printable ASCII characters.',
        },
        operator: { type: 'http', scheme: 'bearer', description: '`METRICS_TOKEN`.' },
      },
      schemas: componentSchemas(),
    },
  };
}
