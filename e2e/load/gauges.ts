import { setTimeout as sleep } from 'node:timers/promises';

/** What the API says of itself on /metrics. */
export interface Gauges {
  memoryBytes: number;
  sockets: number;
  cpuSeconds: number;
  waiting: number;
  /** The longest that its event loop was held since it was last asked. */
  heldSeconds: number;
}

const NAMES: Record<keyof Gauges, string> = {
  memoryBytes: 'process_resident_memory_bytes',
  sockets: 'nodejs_active_resources{type="TCPSocketWrap"}',
  cpuSeconds: 'process_cpu_seconds_total',
  waiting: 'darkroom_jobs_waiting',
  heldSeconds: 'nodejs_eventloop_lag_max_seconds',
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
    heldSeconds: read('heldSeconds'),
  };
}

const LOOK_EVERY_MS = 500;

/** Looks again and again until it is stopped, which answers the highest of each gauge. */
export function watchPeaks(url: string): { stop(): Promise<Gauges> } {
  const stopping = new AbortController();
  async function watch(): Promise<Gauges> {
    const peaks = await readGauges(url);
    while (!stopping.signal.aborted) {
      await sleep(LOOK_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {});
      const now = await readGauges(url).catch(() => peaks); // whether everybody is answered is told by the clients
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

/** The gauges once nobody is connected any more but who asks, or after `patienceMs` as they are then. */
export async function untilQuiet(url: string, patienceMs: number): Promise<Gauges> {
  for (const endsAt = Date.now() + patienceMs; ; ) {
    const gauges = await readGauges(url);
    if (gauges.sockets <= 1 || Date.now() > endsAt) return gauges;
    await sleep(LOOK_EVERY_MS);
  }
}
