/** `node e2e/chaos/main.ts --rounds 100 [--seed N] [--cluster]`: prints the seed, the counts and every broken guarantee. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { runChaos } from './run-chaos.ts';
import { runClusterChaos } from './run-cluster-chaos.ts';

const Settings = z.object({
  rounds: z.coerce.number<string>().int().min(1).default(100),
  seed: z.coerce.number<string>().int().optional(),
});

const { values } = parseArgs({
  options: { rounds: { type: 'string' }, seed: { type: 'string' }, cluster: { type: 'boolean', default: false } },
});
const { rounds, seed = randomInt(2 ** 31) } = Settings.parse(values);
const run = values.cluster ? runClusterChaos : runChaos;
console.log(`${rounds} rounds, seed ${seed}`);
const { counts, violations } = await run({ rounds, seed, onRound: console.log });
console.log(
  Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(', '),
);
for (const violation of violations) console.log(`VIOLATION ${violation}`);
console.log(`${violations.length} violations, seed ${seed}`);
process.exitCode = violations.length === 0 ? 0 : 1;
