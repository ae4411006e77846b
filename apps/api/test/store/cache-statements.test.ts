import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { cacheStatements } from '../../src/store/sqlite/cache-statements.ts';

function openCached() {
  const cached = cacheStatements(new Sqlite(':memory:'));
  onTestFinished(() => cached.close());
  cached.prepare('CREATE TABLE lamps (name TEXT)').run([]);
  return cached;
}

test('prepares a text once', () => {
  const cached = openCached();
  const insert = cached.prepare('INSERT INTO lamps VALUES (?)');
  insert.run(['red']);

  expect(cached.prepare('INSERT INTO lamps VALUES (?)')).toBe(insert);
  cached.prepare('INSERT INTO lamps VALUES (?)').run(['green']);

  expect(cached.prepare('SELECT name FROM lamps').all([])).toEqual([{ name: 'red' }, { name: 'green' }]);
});

test('returns the columns of the changed schema', () => {
  const cached = openCached();
  cached.prepare('INSERT INTO lamps VALUES (?)').run(['red']);
  expect(cached.prepare('SELECT * FROM lamps').all([])).toEqual([{ name: 'red' }]);

  cached.prepare('ALTER TABLE lamps ADD COLUMN watts INTEGER DEFAULT 15').run([]);

  expect(cached.prepare('SELECT * FROM lamps').all([])).toEqual([{ name: 'red', watts: 15 }]);
});

test('keeps 200 statements and drops the oldest', () => {
  const cached = openCached();
  const texts = Array.from({ length: 201 }, (_, number) => `SELECT ${number} AS number`);
  const statements = texts.map((text) => cached.prepare(text));

  expect(cached.prepare(texts[200] ?? '')).toBe(statements[200]);
  expect(cached.prepare(texts[0] ?? '')).not.toBe(statements[0]);
});
