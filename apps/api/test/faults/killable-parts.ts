import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { KyselyPlugin } from 'kysely';
import type { FileStore } from '../../src/files/file-store.ts';
import type { Database, Trx } from '../../src/store/shared/database.ts';

/** The durable writes of one process, which dies after the n-th. */
export interface ProcessLife {
  /** A description of every write so far, in order. */
  writes: string[];
  /** Resolves when the process dies. */
  death: Promise<void>;
  isDead(): boolean;
  /** Must be called after something has become durable. */
  wrote(what: string): void;
  /** Resolves if the process is alive; otherwise it never settles. */
  live(): Promise<void>;
}

const never = new Promise<never>(() => {});

/** `killAfter` is the number of the write after which the process dies; null means never. */
export function createProcessLife(killAfter: number | null): ProcessLife {
  const writes: string[] = [];
  const dying = Promise.withResolvers<void>();
  let dead = false;
  return {
    writes,
    death: dying.promise,
    isDead: () => dead,
    wrote(what) {
      if (dead) return;
      writes.push(what);
      if (writes.length !== killAfter) return;
      dead = true;
      dying.resolve();
    },
    live: () => (dead ? never : Promise.resolve()),
  };
}

/** The database of a process that may die after any of its commits. */
export function killableDatabase(database: Database, life: ProcessLife): Database {
  async function transact<T>(run: (tables: Set<string>) => Promise<T>): Promise<T> {
    await life.live();
    const tables = new Set<string>();
    const result = await run(tables);
    if (tables.size > 0) life.wrote(`commit ${[...tables].join(', ')}`);
    await life.live();
    return result;
  }
  return {
    ...database,
    db: database.db.withPlugin(watchWrites(life, (table) => life.wrote(`write ${table}`))),
    transact: (work) =>
      transact((tables) => database.transact((trx, announce) => work(spied(trx, life, tables), announce))),
    transactExclusive: (part, work) =>
      transact((tables) =>
        database.transactExclusive(part, (trx, announce) => work(spied(trx, life, tables), announce)),
      ),
  };
}

function spied(trx: Trx, life: ProcessLife, tables: Set<string>): Trx {
  return trx.withPlugin(watchWrites(life, (table) => tables.add(table)));
}

/** Reports every statement that writes, before it runs. A dead process runs no statement. */
function watchWrites(life: ProcessLife, report: (table: string) => void): KyselyPlugin {
  return {
    transformQuery({ node }) {
      if (node.kind === 'InsertQueryNode' || node.kind === 'UpdateQueryNode' || node.kind === 'DeleteQueryNode') {
        report(tableOf(node));
      }
      if (life.isDead()) throw new Error('this process is dead');
      return node;
    },
    transformResult: async ({ result }) => result,
  };
}

function tableOf(node: object): string {
  return (
    /"name":"([a-z_]+)"/.exec(JSON.stringify(node, (key, value) => (key === 'schema' ? undefined : value)))?.[1] ?? ''
  );
}

/**
 * The file store of a process that may die. `dir` is its folder; `writer` identifies the process in half-written files.
 */
export function killableFiles(
  files: FileStore,
  life: ProcessLife,
  { dir, writer }: { dir: string; writer: string },
): FileStore {
  return {
    ...files,
    async put(key, bytes) {
      await life.live();
      life.wrote(`half of a file ${kindOf(key)}`);
      if (life.isDead()) await writeFile(path.join(dir, 'writing', `${writer}~half`), 'ha');
      await life.live();
      await files.put(key, bytes);
      life.wrote(`file ${kindOf(key)}`);
      await life.live();
    },
    async delete(keys) {
      await life.live();
      for (const key of keys) {
        await files.delete([key]);
        life.wrote(`deletion of file ${kindOf(key)}`);
        await life.live();
      }
    },
  };
}

function kindOf(key: string): string {
  return key.slice(36);
}
