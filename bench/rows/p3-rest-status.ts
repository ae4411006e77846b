import { compareStatus, compareStatusOnPostgres, STATES } from '../measure/compare-status.ts';
import type { Row } from '../row.ts';

const GOAL = 0.95;

export const restStatus: Row = {
  id: 'P3',
  measure: 'REST status, CPU a request, JWT checked',
  against: 'a bare Fastify route that checks a JWT and sends the same JSON',
  goal: 'at least 0.95 of it',
  async run({ quick, log }) {
    const figures = [];
    for (const [state, prepare] of Object.entries(STATES)) {
      if (quick && state !== 'COMPLETED') continue;
      const figure = await compareStatus({ shape: 'rest', state, prepare, goal: GOAL, quick });
      log(`${figure.what}: ${figure.measured}`);
      figures.push(figure);
    }
    if (!quick) figures.push(await compareStatusOnPostgres('rest', quick));
    return figures;
  },
};
