const order = { model: 'image-01', prompt: 'a lighthouse at dawn' };

function withData(base64: string, more: object = {}): string {
  const image_file = `data:image/jpeg;base64,${base64}`;
  return JSON.stringify({ ...order, subject_reference: [{ type: 'character', image_file }], ...more });
}

/** Bodies within the byte limit that would keep a parser or a schema busy for seconds. */
export const EXPENSIVE_BODIES: [name: string, build: () => string][] = [
  ['900,000 unknown keys', () => `{${Array.from({ length: 900_000 }, (_, i) => `"k${i}":1`).join(',')}}`],
  ['the same key 2,000,000 times', () => `{${Array(2_000_000).fill('"a":1').join(',')}}`],
  ['7,000,000 levels', () => '['.repeat(7_000_000) + ']'.repeat(7_000_000)],
  ['a list of 5,000,000 references', () => `{"subject_reference":[${Array(5_000_000).fill('{}').join(',')}]}`],
  ['a number of 16,000,000 digits', () => `{"seed":${'9'.repeat(16_000_000)}}`],
  ['16,000,000 blanks', () => `{${' '.repeat(16_000_000)}}`],
  ['a key of 16,000,000 characters', () => `{"${'k'.repeat(16_000_000)}":1}`],
  ['a prompt of 16,000,000 characters', () => JSON.stringify({ ...order, prompt: 'a'.repeat(16_000_000) })],
  ['a prompt of blanks', () => JSON.stringify({ ...order, prompt: ' '.repeat(16_000_000) })],
  ['a prompt of 5,000,000 Chinese characters', () => JSON.stringify({ ...order, prompt: '灯'.repeat(5_000_000) })],
  ['a prompt of 2,700,000 escapes', () => `{"model":"image-01","prompt":"${'\\u4e00'.repeat(2_700_000)}"}`],
  ['a prompt of 1,000,000 characters', () => JSON.stringify({ ...order, prompt: 'a'.repeat(1_000_000) })],
  ['a prompt of 340,000 Chinese characters', () => JSON.stringify({ ...order, prompt: '灯'.repeat(340_000) })],
  ['a data URL of 5,000,000 Chinese characters', () => withData('灯'.repeat(5_000_000))],
  ['a data URL that is wrong in its last character', () => withData(`/9j/${'A'.repeat(13_000_000)}!`)],
  ['a data URL of line breaks', () => withData(`/9j/${'A\n'.repeat(5_000_000)}!`)],
  ['a data URL of blanks', () => withData(`/9j/${' '.repeat(15_000_000)}!`)],
  ['a data URL of padding', () => withData(`/9j/${'='.repeat(15_000_000)}A`)],
  ['a data URL of percent signs', () => withData(`/9j/${'%2F'.repeat(5_000_000)}!`)],
  ['a data URL of escapes', () => withData('/9j/').replace('/9j/', '\\u0041'.repeat(2_600_000))],
  ['a data URL of parameters', () => withData('').replace('base64,', ';a'.repeat(7_000_000))],
  ['a photograph that fits in an order that does not', () => withData(`/9j/${'A'.repeat(13_333_328)}`, { n: 99 })],
  ['90 keys of 200 characters', () => `{${Array.from({ length: 90 }, (_, i) => `"${i}${'k'.repeat(200)}":1`)}}`],
];
