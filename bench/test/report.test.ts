import { expect, test } from 'vitest';
import { notRun } from '../measure/verdict.ts';
import { type Report, toMarkdown, toText } from '../report/report.ts';

const report: Report = {
  startedAt: '2026-12-01T08:00:00.000Z',
  quick: false,
  machine: { cpu: 'a CPU', cores: 2, memoryGb: 8, load: [1.5, 2], kernel: '6.1', node: 'v22.19.0' },
  rows: [
    {
      id: 'P2',
      measure: 'status',
      against: 'a bare route',
      goal: 'at least 0.9',
      seconds: 3,
      figures: [
        { what: 'single', measured: '0.5 | of it', verdict: { kind: 'short' }, numbers: {} },
        { what: 'batch', measured: '-', verdict: notRun('no such tool'), numbers: {} },
      ],
    },
  ],
};

test('the table has one row a figure, and names the goal once', () => {
  expect(toMarkdown(report)).toBe(
    [
      '2026-12-01: 2 cores of a CPU, 8 GB, Linux 6.1, Node v22.19.0, load 1.5 and 2 at the start.',
      '',
      '| # | measure | goal | measured | verdict |',
      '|---|---|---|---|---|',
      '| P2 | status | at least 0.9 | single: 0.5 \\| of it | short |',
      '|  |  |  | batch: - | not run: no such tool |',
      '',
    ].join('\n'),
  );
});

test('the text names what is compared, and why something was not run', () => {
  expect(toText(report)).toContain('P2  status; against a bare route');
  expect(toText(report)).toContain('not run: no such tool  batch: -');
});
