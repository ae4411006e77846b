import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { CONTROL_PATHS, type SimulatorControl } from './control.ts';
import { Script } from './script.ts';

/** Adds the HTTP control routes, for a simulator in another process. An invalid script is answered with 400. */
export function addControlRoute(app: FastifyInstance, simulator: SimulatorControl): void {
  app.get(CONTROL_PATHS.calls, async () => simulator.calls());
  app.get(CONTROL_PATHS.stats, async () => simulator.stats());
  app.post(CONTROL_PATHS.script, async (request, reply) => {
    const scripts = z.array(Script).safeParse(request.body);
    if (!scripts.success) return reply.code(400).send({ message: z.prettifyError(scripts.error) });
    simulator.script(...scripts.data);
    return {};
  });
  app.post(CONTROL_PATHS.release, async () => {
    simulator.release();
    return {};
  });
  app.post(CONTROL_PATHS.reset, async () => {
    simulator.reset();
    return {};
  });
}
