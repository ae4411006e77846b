/**
 * Parses a Retry-After header, seconds or a date, into milliseconds (RFC 9110, section 10.2.3). Undefined if it is
 * absent or malformed.
 */
export function parseRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const dateMs = Date.parse(header);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}
