import { afterAll, vi } from 'vitest';

// Unit test files share their worker process, and with it what is loaded from node_modules, which is most of what a file costs.
// Our own modules are evaluated anew for each, so that neither their state nor a mock outlives the file.
vi.resetModules();

afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});
