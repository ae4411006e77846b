import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { CONTROL_PATHS, type SimulatorControl } from './control.ts';
import { Scenario } from './scenario.ts';

/** Adds the HTTP control routes, for a simulator in another process. An invalid scenario is answered with 400. */
export function addControlRoutes(app: FastifyInstance, simulator: SimulatorControl): void {
  app.get(CONTROL_PATHS.calls, async () => simulator.calls());
  app.get(CONTROL_PATHS.stats, async () => simulator.stats());
  app.post(CONTROL_PATHS.script, async (request, reply) => {
    const scenarios = z.array(Scenario).safeParse(request.body);
    if (!scenarios.success) return reply.code(400).send({ message: z.prettifyError(scenarios.error) });
    simulator.script(...scenarios.data);
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
