/** Interval between two reads of jobs that the user does not wait for on a page. */
export const POLL_INTERVAL_MS = 10_000;
