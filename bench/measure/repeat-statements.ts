import { spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import type { Statement } from './record-statements.ts';

/** Runs recorded transactions again, without the service. */
export interface Repetition {
  name: string;
  /** Runs this many of them over all connections; resolves with the seconds that they took. */
  run(times: number): Promise<number>;
  close(): Promise<void>;
}

const UUID = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g;
/** Of twelve digits: the last part of an id that is new in each run. */
const DIGITS = { from: 100_000_000_000, to: 281_474_976_710_655 };

/**
 * The statements that every one of the recordings has, in their order: those of a create, without what the process does
 * beside it.
 */
export function commonStatements(recordings: readonly Statement[][]): Statement[][] {
  const texts = recordings.map((statements) => new Set(statements.map(({ text }) => text)));
  return recordings.map((statements) => statements.filter(({ text }) => texts.every((known) => known.has(text))));
}

/** The statement with its values in it, and with an id in which `digits` is the last part for every id. */
export function inline({ text, values }: Statement, ids: readonly string[], digits: string): string {
  const literal = (value: string | null | undefined) => {
    if (value == null) return 'NULL';
    const renewed = value.replaceAll(UUID, (id) => renew(id, ids, digits));
    return `'${renewed.replaceAll("'", "''")}'`;
  };
  return text.replaceAll(/\$(\d+)/g, (_, number: string) => literal(values[Number(number) - 1]));
}

function renew(id: string, ids: readonly string[], digits: string): string {
  return `${String(ids.indexOf(id) + 1).padStart(8, '0')}-0000-4000-8000-${digits}`;
}

export function idsIn(statements: readonly Statement[]): string[] {
  return [...new Set(statements.flatMap(({ values }) => values.flatMap((value) => value?.match(UUID) ?? [])))];
}

interface Options {
  databaseUrl: string;
  connections: number;
  /** For the scripts. */
  folder: string;
}

/** By pgbench if this machine has it, otherwise by a loop over as many connections in this process. */
export function openRepetition(recordings: readonly Statement[][], options: Options): Promise<Repetition> {
  const isInstalled = spawnSync('pgbench', ['--version']).status === 0;
  return isInstalled ? usePgbench(recordings, options) : useConnections(recordings, options);
}

async function usePgbench(
  recordings: readonly Statement[][],
  { databaseUrl, connections, folder }: Options,
): Promise<Repetition> {
  const scripts = recordings.flatMap((statements, number) => {
    const file = path.join(folder, `create-${number}.sql`);
    const ids = idsIn(statements);
    const lines = statements.map((statement) => `${inline(statement, ids, ':digits')};`);
    writeFileSync(file, `\\set digits random(${DIGITS.from}, ${DIGITS.to})\n${lines.join('\n')}\n`);
    return ['-f', file];
  });
  return {
    name: 'pgbench',
    async run(times) {
      const each = Math.ceil(times / connections);
      const args = ['-n', '-c', connections, '-j', 2, '-t', each, ...scripts, databaseUrl].map(String);
      const child = spawn('pgbench', args, { stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      child.stdout.on('data', (chunk) => (output += chunk));
      child.stderr.on('data', (chunk) => (output += chunk));
      await once(child, 'close');
      const rate = /^tps = ([\d.]+)/m.exec(output)?.[1];
      if (child.exitCode !== 0 || rate === undefined) throw new Error(`pgbench failed: ${output.slice(-2_000)}`);
      return times / Number(rate);
    },
    close: async () => {},
  };
}

async function useConnections(
  recordings: readonly Statement[][],
  { databaseUrl, connections }: Options,
): Promise<Repetition> {
  const clients = Array.from({ length: connections }, () => new pg.Client(databaseUrl));
  await Promise.all(clients.map((client) => client.connect()));

  async function runOnce(client: pg.Client): Promise<void> {
    const statements = recordings[randomInt(recordings.length)] ?? [];
    const ids = idsIn(statements);
    const digits = String(randomInt(DIGITS.from, DIGITS.to));
    for (const statement of statements) await client.query(inline(statement, ids, digits));
  }

  return {
    name: 'a loop in Node',
    async run(times) {
      const startedAt = performance.now();
      const each = Math.ceil(times / connections);
      await Promise.all(
        clients.map(async (client) => {
          for (let number = 0; number < each; number++) await runOnce(client);
        }),
      );
      return (performance.now() - startedAt) / 1_000;
    },
    close: async () => void (await Promise.all(clients.map((client) => client.end()))),
  };
}
