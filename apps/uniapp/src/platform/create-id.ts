/**
 * A 128-bit id in hex. Mini programs and pages on plain http have no `crypto.randomUUID`, older ones not even
 * `getRandomValues`; they fall back to the time and three random numbers, enough for keys that must differ within one
 * user's last 7 days.
 */
export function createId(): string {
  if (typeof crypto !== 'undefined' && typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  if (typeof crypto !== 'undefined' && typeof crypto.getRandomValues === 'function') {
    return hex([...crypto.getRandomValues(new Uint8Array(16))], 2);
  }
  return hex([Date.now(), ...Array.from({ length: 3 }, () => Math.floor(Math.random() * 2 ** 32))], 8);
}

function hex(numbers: number[], digits: number): string {
  return numbers.map((number) => number.toString(16).padStart(digits, '0')).join('');
}
