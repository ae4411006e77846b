import { setTimeout as sleep } from 'node:timers/promises';

/** Gauges read from the API's /metrics. */
export interface Gauges {
  memoryBytes: number;
  sockets: number;
  cpuSeconds: number;
  waiting: number;
  /** Longest event loop lag since the last scrape. */
  eventLoopLagSeconds: number;
}

const NAMES: Record<keyof Gauges, string> = {
  memoryBytes: 'process_resident_memory_bytes',
  sockets: 'nodejs_active_resources{type="TCPSocketWrap"}',
  cpuSeconds: 'process_cpu_seconds_total',
  waiting: 'darkroom_jobs_waiting',
  eventLoopLagSeconds: 'nodejs_eventloop_lag_max_seconds',
};

export async function readGauges(url: string): Promise<Gauges> {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n');
  const read = (gauge: keyof Gauges) => {
    const line = lines.find((candidate) => candidate.startsWith(`${NAMES[gauge]} `));
    return Number(line?.slice(NAMES[gauge].length) ?? 0);
  };
  return {
    memoryBytes: read('memoryBytes'),
    sockets: read('sockets'),
    cpuSeconds: read('cpuSeconds'),
    waiting: read('waiting'),
    eventLoopLagSeconds: read('eventLoopLagSeconds'),
  };
}

const POLL_INTERVAL_MS = 500;

/** Polls until stopped; `stop` returns the maximum of each gauge. */
export function watchPeaks(url: string): { stop(): Promise<Gauges> } {
  const stopping = new AbortController();
  async function watch(): Promise<Gauges> {
    const peaks = await readGauges(url);
    while (!stopping.signal.aborted) {
      await sleep(POLL_INTERVAL_MS, undefined, { signal: stopping.signal }).catch(() => {});
      const now = await readGauges(url).catch(() => peaks); // the clients check that every request is answered
      // The keys of NAMES are those of Gauges.
      for (const gauge of Object.keys(NAMES) as (keyof Gauges)[]) peaks[gauge] = Math.max(peaks[gauge], now[gauge]);
    }
    return peaks;
  }
  const watching = watch();
  return {
    stop() {
      stopping.abort();
      return watching;
    },
  };
}

/** The gauges once only the polling connection is left, or after `timeoutMs`. */
export async function untilIdle(url: string, timeoutMs: number): Promise<Gauges> {
  for (const endsAt = Date.now() + timeoutMs; ; ) {
    const gauges = await readGauges(url);
    if (gauges.sockets <= 1 || Date.now() > endsAt) return gauges;
    await sleep(POLL_INTERVAL_MS);
  }
}
