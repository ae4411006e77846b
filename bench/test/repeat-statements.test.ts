import { expect, test } from 'vitest';
import { commonStatements, idsIn, inline } from '../measure/repeat-statements.ts';

const ID = '123e4567-e89b-42d3-a456-426614174000';
const insert = {
  text: 'INSERT INTO jobs VALUES ($1, $2, $10)',
  values: [ID, "it's", ...Array(7).fill(null), `{"id":"${ID}"}`],
};

test('puts the values into the text, with an id that is new in each run', () => {
  const digits = ':digits';
  expect(inline(insert, idsIn([insert]), digits)).toBe(
    `INSERT INTO jobs VALUES ('00000001-0000-4000-8000-:digits', 'it''s', '{"id":"00000001-0000-4000-8000-:digits"}')`,
  );
  expect(inline({ text: 'SELECT $1', values: [null] }, [], digits)).toBe('SELECT NULL');
});

test('keeps what every recording has, in its order', () => {
  const [begin, heartbeat] = [
    { text: 'BEGIN', values: [] },
    { text: 'UPDATE workers', values: [] },
  ];
  expect(
    commonStatements([
      [begin, heartbeat, insert],
      [begin, insert],
    ]),
  ).toEqual([
    [begin, insert],
    [begin, insert],
  ]);
});
