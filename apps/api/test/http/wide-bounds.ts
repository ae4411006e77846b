import type { ClientBounds } from '../../src/http/server.ts';

/** Bounds wide enough not to affect a test that is about something else. */
export const WIDE: ClientBounds = {
  headersTimeoutMs: 60_000,
  requestTimeoutMs: 60_000,
  checkEveryMs: 20,
  maxConnections: 100,
  maxConnectionsPerAddress: 100,
  stalledAnswerMs: 60_000,
  hold: { bytes: 100_000_000, idleMs: 20, totalMs: 60_000 },
  linger: { bytes: 100_000_000, idleMs: 60_000, totalMs: 60_000, connections: 100 },
  bodies: { totalBytes: 100_000_000, userBytes: 100_000_000, waitMs: 60_000 },
};
