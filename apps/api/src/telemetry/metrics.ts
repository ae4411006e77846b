/// <reference path="./prom-client-parts.d.ts" />
import Counter from 'prom-client/lib/counter.js';
import Gauge from 'prom-client/lib/gauge.js';
import Histogram from 'prom-client/lib/histogram.js';
import Registry from 'prom-client/lib/registry.js';

/** The current number of jobs in the queue and of calls at the provider. */
export interface QueueFigures {
  waiting: number;
  /** Waiting time of the oldest waiting job, in seconds; 0 when no job waits. */
  oldestSeconds: number;
  calling: number;
  /** Jobs that wait for a retry. */
  retrying: number;
}

export interface Metrics {
  requestEnded(request: { method: string; route: string; status: number; seconds: number }): void;
  requestUnauthenticated(reason: string): void;
  callEnded(call: { outcome: string; error: string; seconds: number }): void;
  jobEnded(job: { status: string; error: string; charged: string; seconds: number }): void;
  imageEnded(image: { result: 'compressed' | 'as_it_came' | 'failed'; bytes: number }): void;
  contentType: string;
  /** The Prometheus text format. */
  render(): Promise<string>;
}

const FAST_SECONDS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];
const SLOW_SECONDS = [1, 2, 5, 10, 15, 20, 25, 30, 45, 60, 90, 120, 180, 300, 600, 1800];

/** More than the interval between two samples of the event loop, 10 ms. */
const FIRST_SAMPLES_MS = 25;

interface Deps {
  clock: { sleep(ms: number): Promise<void> };
  /** Called at every scrape. The figures are counted in the database, so they are right after a restart too. */
  readQueue(): Promise<QueueFigures>;
  /** Every reason of a 401. Each counter exists from the start, at 0. */
  refusalReasons: readonly string[];
}

export function createMetrics({ clock, readQueue, refusalReasons }: Deps): Metrics {
  const registry = new Registry();
  const registers = [registry];

  const requests = new Histogram({
    name: 'darkroom_http_request_seconds',
    help: 'HTTP requests by route; held polls included.',
    labelNames: ['method', 'route', 'status'],
    buckets: FAST_SECONDS,
    registers,
  });
  const unauthenticated = new Counter({
    name: 'darkroom_unauthenticated_total',
    help: 'Requests answered 401, by reason.',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of refusalReasons) unauthenticated.inc({ reason }, 0);
  const calls = new Histogram({
    name: 'darkroom_provider_call_seconds',
    help: 'Provider calls by outcome (answered, not_taken, failed) and error.',
    labelNames: ['outcome', 'error'],
    buckets: SLOW_SECONDS,
    registers,
  });
  const jobs = new Histogram({
    name: 'darkroom_job_seconds',
    help: 'Time from creation to end of jobs, by status, error and charge.',
    labelNames: ['status', 'error', 'charged'],
    buckets: SLOW_SECONDS,
    registers,
  });
  const images = new Counter({
    name: 'darkroom_pictures_total',
    help: 'Result images by outcome.',
    labelNames: ['result'],
    registers,
  });
  const imageBytes = new Counter({
    name: 'darkroom_picture_bytes_total',
    help: 'Bytes of stored images.',
    registers,
  });
  const waiting = new Gauge({ name: 'darkroom_jobs_waiting', help: 'Jobs that wait for their first call.', registers });
  const oldest = new Gauge({
    name: 'darkroom_oldest_waiting_seconds',
    help: 'Time that the oldest waiting job has waited.',
    registers,
  });
  const retrying = new Gauge({
    name: 'darkroom_jobs_repeating',
    help: 'Jobs that wait to retry a call that was not accepted.',
    registers,
  });
  const calling = new Gauge({ name: 'darkroom_provider_calls_open', help: 'Provider calls in flight.', registers });

  /** From the first scrape on, so that a process that nobody scrapes does not sample its event loop. */
  let collecting: Promise<void> | undefined;
  async function collectProcessMetrics(): Promise<void> {
    const { collectDefaultMetrics } = await import('prom-client');
    collectDefaultMetrics({ register: registry });
    await clock.sleep(FIRST_SAMPLES_MS);
  }

  return {
    requestEnded: ({ method, route, status, seconds }) => requests.observe({ method, route, status }, seconds),
    requestUnauthenticated: (reason) => unauthenticated.inc({ reason }),
    callEnded: ({ outcome, error, seconds }) => calls.observe({ outcome, error }, seconds),
    jobEnded: ({ status, error, charged, seconds }) => jobs.observe({ status, error, charged }, seconds),
    imageEnded({ result, bytes }) {
      images.inc({ result });
      imageBytes.inc(bytes);
    },
    contentType: registry.contentType,
    async render() {
      collecting ??= collectProcessMetrics();
      await collecting;
      const figures = await readQueue();
      waiting.set(figures.waiting);
      oldest.set(figures.oldestSeconds);
      calling.set(figures.calling);
      retrying.set(figures.retrying);
      return registry.metrics();
    },
  };
}
