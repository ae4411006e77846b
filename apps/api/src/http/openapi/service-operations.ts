import { object, type Paths, refused } from './operation.ts';

const TAGS = ['Service'];

const json = (schema: object) => ({ 'application/json': { schema } });

const OK = object({ status: { type: 'string', const: 'ok', description: 'Always `ok`.' } });

const UNAVAILABLE = object({
  status: { type: 'string', const: 'unavailable', description: 'The process accepts no requests.' },
  reason: { type: 'string', enum: ['starting', 'draining', 'database', 'files'], description: 'Why it is not ready.' },
});

/** Operations for the operator of the service. */
export const SERVICE_PATHS: Paths = {
  '/health/live': {
    get: {
      operationId: 'isLive',
      tags: TAGS,
      summary: 'Liveness check',
      security: [],
      responses: { 200: { description: 'Live.', content: json(OK) } },
    },
  },
  '/health/ready': {
    get: {
      operationId: 'isReady',
      tags: TAGS,
      summary: 'Readiness check',
      security: [],
      responses: {
        200: { description: 'Ready.', content: json(OK) },
        503: {
          description: 'The process is starting or draining, or its database or file store is unavailable.',
          content: json(UNAVAILABLE),
        },
      },
    },
  },
  '/metrics': {
    get: {
      operationId: 'getMetrics',
      tags: TAGS,
      summary: 'Metrics in Prometheus format',
      description:
        'Requires `METRICS_TOKEN`. If none is set, only requests from the same machine are accepted, and only outside ' +
        'production. All other requests get 404.',
      security: [{ operator: [] }, {}],
      responses: {
        200: { description: 'The metrics.', content: { 'text/plain': { schema: { type: 'string' } } } },
        ...refused(['not_found', 'internal']),
      },
    },
  },
};
