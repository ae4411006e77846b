import { compareStatus, compareStatusOnPostgres, STATES } from '../measure/compare-status.ts';
import type { Row } from '../row.ts';

const GOAL = 0.9;

export const trpcStatus: Row = {
  id: 'P2',
  measure: '`image.status` by tRPC, CPU a request, JWT checked',
  against: 'a bare Fastify route that checks a JWT and sends the same JSON',
  goal: 'at least 0.9 of it',
  async run({ quick, log }) {
    const figures = [];
    for (const [state, prepare] of Object.entries(STATES)) {
      if (quick && state !== 'COMPLETED') continue;
      for (const shape of ['single', 'batch'] as const) {
        const figure = await compareStatus({ shape, state, prepare, goal: GOAL, quick });
        log(`${figure.what}: ${figure.measured}`);
        figures.push(figure);
      }
    }
    if (!quick) figures.push(await compareStatusOnPostgres('single', quick));
    return figures;
  },
};
