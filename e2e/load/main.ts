/**
 * `node e2e/load/main.ts [--clients 1000] [--jobs 10000] [--seed N] [--greedy-jobs 5000] [--users 100]`: prints the seed, what
 * was measured, and every promise that was broken.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import type { Gauges } from './gauges.ts';
import { runFairness } from './run-fairness.ts';
import { runLoad } from './run-load.ts';

const count = (fallback: number) => z.coerce.number<string>().int().min(1).default(fallback);
const Settings = z.object({
  clients: count(1_000),
  jobs: count(10_000),
  seed: z.coerce.number<string>().int().optional(),
  'greedy-jobs': count(5_000),
  users: count(100),
});
const options = Object.fromEntries(Object.keys(Settings.shape).map((name) => [name, { type: 'string' as const }]));
const settings = Settings.parse(parseArgs({ options }).values);
const { clients, jobs, users, seed = randomInt(2 ** 31) } = settings;
/** The API closes an idle connection after 72 s. */
const IDLE_MS = 80_000;

console.log(`${clients} clients, ${jobs} jobs, seed ${seed}`);
const load = await runLoad({ clients, jobs, seed, idleMs: IDLE_MS, onProgress: console.log });
for (const [what, figure] of Object.entries(load.counts)) console.log(`  ${what}: ${figure}`);
for (const [when, gauges] of Object.entries(load.gauges)) console.log(`  ${when}: ${describe(gauges)}`);

const greedyJobs = settings['greedy-jobs'];
console.log(`one user with ${greedyJobs} jobs beside ${users} with one each`);
const fairness = await runFairness({ greedyJobs, users });
const { calls, seconds } = fairness.waits;
console.log(`  the others waited for ${calls.median} calls (median), ${calls.longest} at most`);
console.log(`  which took ${seconds.median} s (median), ${seconds.longest} s at most`);

const violations = [...load.violations, ...fairness.violations];
for (const violation of violations) console.log(`VIOLATION ${violation}`);
console.log(`${violations.length} violations, seed ${seed}`);
process.exitCode = violations.length === 0 ? 0 : 1;

function describe({ memoryBytes, sockets, cpuSeconds, waiting, eventLoopLagSeconds }: Gauges): string {
  const megabytes = Math.round(memoryBytes / 2 ** 20);
  const lagMs = Math.round(eventLoopLagSeconds * 1_000);
  return `${megabytes} MB, ${sockets} sockets, ${Math.round(cpuSeconds)} s of CPU, ${waiting} waiting, event loop lag ${lagMs} ms`;
}
