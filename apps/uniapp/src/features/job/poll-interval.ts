/** Interval between two reads of a job that runs: bounds the age of its position, progress and estimate. */
export const POLL_INTERVAL_MS = 10_000;
