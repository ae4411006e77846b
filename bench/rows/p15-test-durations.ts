import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { met, notRun } from '../measure/verdict.ts';
import type { Row } from '../row.ts';

/** Seconds of each command. */
const Durations = z.object({ 'npm test': z.number().optional(), '.ci/run': z.number().optional() });
const GOALS = { 'npm test': 6 * 60, '.ci/run': 8 * 60 } as const;

export const testDurations: Row = {
  id: 'P15',
  measure: '`npm test` on 2 cores; `.ci/run`',
  against: '',
  goal: 'under 6 and 8 minutes',
  async run({ durations }) {
    const measured = durations === undefined ? {} : Durations.parse(JSON.parse(readFileSync(durations, 'utf8')));
    return (['npm test', '.ci/run'] as const).map((command) => {
      const seconds = measured[command];
      if (seconds === undefined) {
        const why = 'run it, and pass its seconds with --durations FILE';
        return { what: `\`${command}\``, measured: '-', verdict: notRun(why), numbers: {} };
      }
      const verdict = met(seconds < GOALS[command]);
      return {
        what: `\`${command}\``,
        measured: `${(seconds / 60).toFixed(1)} minutes`,
        verdict,
        numbers: { seconds },
      };
    });
  },
};
