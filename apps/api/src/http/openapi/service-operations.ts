import { object, type Paths, refused } from './operation.ts';

const TAGS = ['Service'];

const json = (schema: object) => ({ 'application/json': { schema } });

const OK = object({ status: { type: 'string', const: 'ok', description: 'All is well.' } });

const UNAVAILABLE = object({
  status: { type: 'string', const: 'unavailable', description: 'Send no orders here.' },
  reason: { type: 'string', enum: ['starting', 'draining', 'database', 'files'], description: 'What is the matter.' },
});

/** Operations for the operator of the service. */
export const SERVICE_PATHS: Paths = {
  '/health/live': {
    get: {
      operationId: 'isLive',
      tags: TAGS,
      summary: 'Whether the process answers',
      security: [],
      responses: { 200: { description: 'It does.', content: json(OK) } },
    },
  },
  '/health/ready': {
    get: {
      operationId: 'isReady',
      tags: TAGS,
      summary: 'Whether it takes orders',
      security: [],
      responses: {
        200: { description: 'It does.', content: json(OK) },
        503: { description: 'It starts or drains, or its database or its files are away.', content: json(UNAVAILABLE) },
      },
    },
  },
  '/metrics': {
    get: {
      operationId: 'getMetrics',
      tags: TAGS,
      summary: 'Figures for Prometheus',
      description:
        'Opened by `METRICS_TOKEN`; where none is set, only to this machine itself, outside production. To everybody ' +
        'else there is nothing here.',
      security: [{ operator: [] }, {}],
      responses: {
        200: { description: 'The figures.', content: { 'text/plain': { schema: { type: 'string' } } } },
        ...refused(['not_found', 'internal']),
      },
    },
  },
};
