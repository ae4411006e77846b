/**
 * For tests that wait until a worker's lease is lost: short, yet many times longer than a busy machine delays a
 * heartbeat.
 */
export const SHORT_LEASE = { WORKER_LEASE_MS: 6_000 };
