import { setTimeout as sleep } from 'node:timers/promises';
import { startSimulator } from '@darkroom/minimax-simulator';
import { JWT_SECRET } from '@darkroom/test-kit/api/api-environment';
import { residentBytes } from '@darkroom/test-kit/process/memory';
import { cpuSeconds } from '../measure/cpu-time.ts';
import { megabytes, seconds } from '../measure/format.ts';
import { type ServerProcess, startApi, startBareRoute } from '../measure/processes.ts';
import { summarize } from '../measure/statistics.ts';
import { judge, met } from '../measure/verdict.ts';
import type { Row } from '../row.ts';

const GOAL_SECONDS = 0.6;
const GOAL_BYTES = 120e6;
/** Starts of each side; the row quotes their median. */
const STARTS = 7;
const QUICK_STARTS = 3;
/** What a process allocates while it starts is collected by then. */
const IDLE_AFTER_MS = 3_000;

interface Start {
  readySeconds: number;
  cpuSeconds: number;
  bytes: number;
}

export const start: Row = {
  id: 'P10',
  measure: '`node apps/api/src/main.ts` to ready; idle memory',
  against: 'a bare Fastify route in a process of its own',
  goal: 'under 0.6 s; under 120 MB',
  async run({ quick, log }) {
    const provider = await startSimulator({ images: 'plain' });
    const ours: Start[] = [];
    const bare: Start[] = [];
    try {
      for (let number = 0; number < (quick ? QUICK_STARTS : STARTS); number++) {
        bare.push(await measureStart(() => startBareRoute({ JWT_SECRET, ROUTE: '/health/ready', BODY: '{}' }), 401));
        ours.push(await measureStart(() => startApi({ provider }), 200));
        log(`start ${number + 1}: ${seconds(ours.at(-1)?.readySeconds ?? 0)}`);
      }
    } finally {
      await provider.close();
    }
    const of = (starts: Start[], what: keyof Start) => summarize(starts.map((start) => start[what]));
    const ready = of(ours, 'readySeconds');
    const bareReady = of(bare, 'readySeconds');
    const memory = of(ours, 'bytes');
    return [
      {
        what: 'ready',
        measured: `${seconds(ready.median)} (CPU ${seconds(of(ours, 'cpuSeconds').median)}), least ${seconds(ready.minimum)}; bare ${seconds(bareReady.median)}`,
        verdict: judge(bareReady, ready.median < GOAL_SECONDS),
        numbers: { seconds: ours.map((start) => start.readySeconds), bare: bare.map((start) => start.readySeconds) },
      },
      {
        what: 'idle memory',
        measured: `${megabytes(memory.median)}; bare ${megabytes(of(bare, 'bytes').median)}`,
        verdict: met(memory.median < GOAL_BYTES),
        numbers: { bytes: ours.map((start) => start.bytes), bare: bare.map((start) => start.bytes) },
      },
    ];
  },
};

/** `status`: of the answer that says that it is ready. */
async function measureStart(begin: () => Promise<ServerProcess>, status: number): Promise<Start> {
  const startedAt = performance.now();
  const server = await begin();
  try {
    const answer = await fetch(`${server.url}/health/ready`);
    if (answer.status !== status) throw new Error(`It listens and is not ready: ${answer.status}`);
    const readySeconds = (performance.now() - startedAt) / 1_000;
    const used = cpuSeconds(server.pid);
    await sleep(IDLE_AFTER_MS);
    return { readySeconds, cpuSeconds: used, bytes: residentBytes(server.pid) ?? 0 };
  } finally {
    await server.stop();
  }
}
