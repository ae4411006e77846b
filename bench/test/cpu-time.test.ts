import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cpuSeconds } from '../measure/cpu-time.ts';

test.skipIf(!existsSync('/proc/self/stat'))('the CPU seconds of a process that computes rise', () => {
  const before = cpuSeconds(process.pid);
  const used = process.cpuUsage();
  while (process.cpuUsage(used).user < 50_000) Math.sqrt(Math.random());
  expect(cpuSeconds(process.pid) - before).toBeGreaterThan(0.02);
});
