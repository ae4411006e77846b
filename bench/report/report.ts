import type { Machine } from '../measure/machine.ts';
import type { Verdict } from '../measure/verdict.ts';
import type { Figure, Row } from '../row.ts';

interface RowResult extends Pick<Row, 'id' | 'measure' | 'against' | 'goal'> {
  figures: Figure[];
  /** Wall time of the row. */
  seconds: number;
}

export interface Report {
  /** ISO 8601. */
  startedAt: string;
  quick: boolean;
  machine: Machine;
  rows: RowResult[];
}

function describeVerdict(verdict: Verdict): string {
  return verdict.kind === 'not run' ? `not run: ${verdict.why}` : verdict.kind;
}

/** One line a figure, for a terminal. */
export function toText({ machine, rows, quick }: Report): string {
  const lines = [describeMachineInWords(machine) + (quick ? '. Quick: small counts, a hint only' : '')];
  for (const { id, measure, against, goal, figures } of rows) {
    lines.push('', `${id}  ${measure}${against === '' ? '' : `; against ${against}`}`, `    goal: ${goal}`);
    for (const figure of figures) {
      lines.push(`    ${describeVerdict(figure.verdict).padEnd(9)}  ${figure.what}: ${figure.measured}`);
    }
  }
  return lines.join('\n');
}

/** The same as a table. */
export function toMarkdown({ machine, rows, startedAt, quick }: Report): string {
  const day = startedAt.slice(0, 10);
  const lines = [
    `${day}${quick ? ', quick' : ''}: ${describeMachineInWords(machine)}.`,
    '',
    '| # | measure | goal | measured | verdict |',
    '|---|---|---|---|---|',
  ];
  for (const { id, measure, goal, figures } of rows) {
    for (const [index, { what, measured, verdict }] of figures.entries()) {
      const isFirst = index === 0;
      const cells = [isFirst ? id : '', isFirst ? measure : '', isFirst ? goal : '', `${what}: ${measured}`];
      lines.push(`| ${[...cells, describeVerdict(verdict)].map(escapeCell).join(' | ')} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function describeMachineInWords({ cpu, cores, memoryGb, load, kernel, node }: Machine): string {
  return `${cores} cores of ${cpu}, ${memoryGb} GB, Linux ${kernel}, Node ${node}, load ${load.join(' and ')} at the start`;
}

/** A pipe would end the cell. */
const escapeCell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
