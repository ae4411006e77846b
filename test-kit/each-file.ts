import { afterAll, vi } from 'vitest';

// Test files share a worker process, and so the modules loaded from node_modules, which are most of a file's cost.
// Our own modules are evaluated anew for each file, so that neither their state nor a mock outlives it.
vi.resetModules();

afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});
