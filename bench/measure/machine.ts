import { cpus, loadavg, release, totalmem } from 'node:os';

export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  /** Mean number of running processes in the last 1 and 5 minutes. */
  load: [oneMinute: number, fiveMinutes: number];
  kernel: string;
  node: string;
}

/** The machine as it is now. */
export function describeMachine(): Machine {
  const [one = 0, five = 0] = loadavg();
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1e9),
    load: [round(one), round(five)],
    kernel: release(),
    node: process.version,
  };
}

const round = (value: number) => Math.round(value * 100) / 100;
