/**
 * `npm run bench [-- --only P2,P3] [--quick] [--json FILE] [--markdown FILE] [--polls N] [--durations FILE]` measures the
 * performance goals and prints each with its figure and a verdict. Exits with 1 only when the bench itself breaks.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { describeMachine } from './measure/machine.ts';
import { type Report, toMarkdown, toText } from './report/report.ts';
import { ROWS } from './rows.ts';

const POLLS = 10_000;
const QUICK_POLLS = 1_000;

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: { only: text, json: text, markdown: text, polls: text, durations: text, quick: { type: 'boolean' } },
});
const Count = z.coerce.number<string>().int().min(1);
const quick = values.quick ?? false;
const polls = values.polls === undefined ? (quick ? QUICK_POLLS : POLLS) : Count.parse(values.polls);
const wanted = values.only?.split(',').map((id) => id.trim().toUpperCase());
const unknown = wanted?.filter((id) => !ROWS.some((row) => row.id === id)) ?? [];
if (unknown.length > 0)
  throw new Error(`There is no row ${unknown.join(', ')}: ${ROWS.map(({ id }) => id).join(', ')}`);

// An exit ends the servers as well.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const report: Report = { startedAt: new Date().toISOString(), quick, machine: describeMachine(), rows: [] };
let isBroken = false;
for (const { run, ...row } of ROWS) {
  if (wanted && !wanted.includes(row.id)) continue;
  console.error(`${row.id}: ${row.measure}`);
  const startedAt = performance.now();
  try {
    const log = (line: string) => console.error(`    ${line}`);
    const figures = await run({ quick, polls, durations: values.durations, log });
    report.rows.push({ ...row, figures, seconds: Math.round((performance.now() - startedAt) / 1_000) });
  } catch (error) {
    isBroken = true;
    console.error(`${row.id} broke:`, error);
  }
}

console.log(toText(report));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
if (values.markdown !== undefined) writeFileSync(values.markdown, toMarkdown(report));
process.exitCode = isBroken ? 1 : 0;
