import type { ImageService } from '@darkroom/contracts';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { buildServer, type ClientBounds, type ServerDeps, type SurfaceDeps } from '../../src/http/server.ts';
import { PUBLIC_URL } from './running-api.ts';

const trustHeader: SurfaceDeps['authenticate'] = async ({ headers }) => ({
  user_id: headers.authorization ?? '1',
  star_id: null,
});

/** All API surfaces over a service whose verbs all fail with `fault`, except those in `verbs`. */
export async function buildFaultyServer(
  fault: Error,
  bounds?: ClientBounds,
  verbs: Partial<ImageService> = {},
  { authenticate = trustHeader, ...more }: Partial<ServerDeps & Pick<SurfaceDeps, 'authenticate'>> = {},
): Promise<FastifyInstance> {
  const fail = async () => {
    throw fault;
  };
  const deps: ServerDeps = {
    surfaces: {
      images: {
        create: fail,
        status: fail,
        list: fail,
        cancel: fail,
        delete: fail,
        models: fail,
        upload: fail,
        ...verbs,
      },
      recall: () => null,
      openFile: fail,
      authenticate,
      signDevToken: null,
    },
    readiness: fail,
    log: pino({ level: 'silent' }),
    corsOrigins: [],
    trustProxy: false,
    metrics: { requestEnded() {}, requestUnauthenticated() {}, contentType: 'text/plain', render: fail },
    metricsAccess: { token: null, isOpenToLoopback: true },
    publicUrl: PUBLIC_URL,
    clock: systemClock,
    ...more,
  };
  const server = await buildServer(deps, bounds);
  onTestFinished(() => server.close());
  return server;
}
