import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openPostgres } from '../../src/store/postgres/open-postgres.ts';
import type { Database, Trx } from '../../src/store/shared/database.ts';
import { createGroupCommit } from '../../src/store/shared/group-commit.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { emptyDatabase } from './empty-database.ts';
import { givenPostgres } from './open-postgres-stores.ts';

const postgres = givenPostgres();

describe.each(['SQLite', 'PostgreSQL'])('work that is committed in groups on %s', (name) => {
  let database: Database;
  let commits: number;
  let inGroup: ReturnType<typeof createGroupCommit>;
  /** Fails the commit of this transaction; the first one is number 1. */
  let lostCommit: number;

  beforeEach(async () => {
    if (name === 'PostgreSQL') await emptyDatabase(postgres.url());
    database =
      name === 'PostgreSQL'
        ? await openPostgres(postgres.url(), systemClock)
        : await openSqlite(await temporaryFolder(), systemClock);
    onTestFinished(() => database.close());
    commits = 0;
    lostCommit = 0;
    inGroup = createGroupCommit((work) =>
      database.transact(async (trx, announce) => {
        const value = await work(trx, announce);
        commits++;
        if (commits === lostCommit) throw new Error('commit lost');
        return value;
      }),
    );
  });

  const insert = (key: string) => async (trx: Trx) => {
    await trx.insertInto('secrets').values({ name: key, value: key }).execute();
    return key;
  };
  async function stored(): Promise<string[]> {
    const rows = await database.db.selectFrom('secrets').select('name').orderBy('name').execute();
    return rows.map((row) => row.name);
  }

  test('takes two transactions for all work that arrives during the first one, in its order', async () => {
    const order: number[] = [];
    const works = Array.from({ length: 10 }, (_, number) =>
      inGroup(async (trx) => {
        order.push(number);
        return insert(`key ${number}`)(trx);
      }),
    );
    expect(await Promise.all(works)).toEqual(Array.from({ length: 10 }, (_, number) => `key ${number}`));
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(commits).toBe(2);
    expect(await stored()).toHaveLength(10);
  });

  test('undoes work that fails, and nothing of the others', async () => {
    const outcomes = await Promise.allSettled([
      inGroup(insert('first')),
      inGroup(insert('second')),
      inGroup(async (trx) => {
        await insert('undone')(trx);
        throw new Error('changed its mind');
      }),
      inGroup(insert('second')), // fails in the database
      inGroup(insert('third')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(outcomes[2]).toMatchObject({ reason: new Error('changed its mind') });
    expect(await stored()).toEqual(['first', 'second', 'third']);
    expect(await inGroup(insert('later'))).toBe('later');
  });

  test('resolves nothing of a group before its commit, and rejects all of it without one', async () => {
    lostCommit = 2;
    const first = inGroup(insert('first'));
    const group = ['second', 'third'].map((key) => inGroup(insert(key)));
    expect(await first).toBe('first');
    for (const outcome of await Promise.allSettled(group)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: new Error('commit lost') });
    }
    expect(await stored()).toEqual(['first']);
    expect(await inGroup(insert('later'))).toBe('later');
  });
});
