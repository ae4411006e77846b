import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitsJsonBounds, JSON_BOUNDS } from '../../src/http/json-shape.ts';

const fits = (json: string, bounds = {}) => fitsJsonBounds(Buffer.from(json), { ...JSON_BOUNDS, ...bounds });
const { values, depth, bytesOutsideStrings, bytesOfTexts } = JSON_BOUNDS;

describe('a JSON body within the limits of the shape check', () => {
  test.each([
    ['a data URL of megabytes', `{"image_file":"data:image\\/jpeg;base64,${'a'.repeat(5_000_000)}"}`],
    ['a data URL in capitals', `{"image_file":"DATA:${'a'.repeat(5_000_000)}"}`],
    ['a long text', `{"prompt":"${'灯'.repeat(300_000)}"}`],
    ['brackets and commas inside a text', `{"prompt":"${'{[,'.repeat(100_000)}"}`],
    ['escaped quotes inside a text', `{"prompt":"${'\\"{[,'.repeat(100_000)}"}`],
    ['escaped backslashes before the end of a text', '{"a":"\\\\","b":[]}'],
    ['an escape just where a long run begins to be skipped', `{"a":"${'a'.repeat(31)}\\",${'[,'.repeat(9_000)}"}`],
    [
      'as many items as allowed',
      `[${Array(values - 1)
        .fill('0')
        .join(',')}]`,
    ],
    ['as many levels as allowed', '['.repeat(depth) + ']'.repeat(depth)],
    ['text that is not JSON', '}}}]]"'],
    ['an empty body', ''],
  ])('passes: %s', (_name, json) => {
    expect(fits(json)).toBe(true);
  });
});

describe('a JSON body beyond the limits of the shape check', () => {
  test.each([
    [
      'more items',
      `[${Array(values + 1)
        .fill('0')
        .join(',')}]`,
    ],
    [
      'more empty texts',
      `[${Array(values + 1)
        .fill('""')
        .join(',')}]`,
    ],
    ['more keys', `{${Array.from({ length: values + 1 }, (_, i) => `"k${i}":1`).join(',')}}`],
    ['more keys after a data URL', `{"a":"data:${'a'.repeat(5_000_000)}",${'"k":1,'.repeat(values)}"z":1}`],
    ['more lists beside each other', `[${Array(values).fill('[]').join(',')}]`],
    ['more levels', '['.repeat(depth + 1) + ']'.repeat(depth + 1)],
    ['more levels of both kinds', '[{"a":'.repeat(depth)],
    ['a longer text', `{"prompt":"${'a'.repeat(bytesOfTexts)}"}`],
    ['texts that are longer in total', `["${'a'.repeat(bytesOfTexts / 2)}","${'a'.repeat(bytesOfTexts / 2)}"]`],
    ['a longer key', `{"${'k'.repeat(bytesOfTexts)}":1}`],
    ['a data URL with non-ASCII characters, longer', `{"image_file":"data:${'灯'.repeat(bytesOfTexts)}"}`],
    ['more white space', `{${' '.repeat(bytesOutsideStrings)}}`],
    ['longer numbers', `{"seed":${'9'.repeat(bytesOutsideStrings)}}`],
  ])('is refused before parsing: %s than allowed', (_name, json) => {
    expect(fits(json)).toBe(false);
  });
});

test('counts the same structure as a JSON parser for any text', () => {
  const tokens = fc.array(
    fc.oneof(fc.constantFrom('{', '[', ',', '\\', '"', 'a'), fc.string({ unit: 'binary', maxLength: 80 })),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(fc.array(tokens, { minLength: 1, maxLength: 20 }), (texts) => {
      const list = texts.map((parts) => parts.join(''));
      const json = JSON.stringify(list);
      expect(fits(json, { values: list.length })).toBe(true);
      expect(fits(json, { values: list.length - 1 })).toBe(false);
      expect(fits(json, { bytesOutsideStrings: 2 * list.length + 1 })).toBe(true);
      expect(fits(json, { bytesOutsideStrings: 2 * list.length })).toBe(false);
    }),
  );
});
