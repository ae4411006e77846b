/** For stories that wait until a worker is given up: short, and still many times what a busy machine holds a heartbeat up. */
export const SHORT_LEASE = { WORKER_LEASE_MS: 6_000 };
