/**
 * Creates an idempotency key. Pages on plain http and mini programs have no `crypto.randomUUID`. There the time and two
 * random numbers are enough, since keys only need to be unique within one user's last 7 days.
 */
export function createId(): string {
  if (typeof crypto !== 'undefined' && typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return [Date.now(), Math.random(), Math.random()].map((part) => part.toString(36).replace('0.', '')).join('-');
}
