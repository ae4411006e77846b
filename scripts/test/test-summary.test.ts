import type { SystemTool } from '@darkroom/test-kit/process/system-tools';
import { expect, test } from 'vitest';
import { summarize } from '../test-summary.ts';

const ALL_PASSED = { file: 'unit.test.ts', passed: 3, failed: 0, skipped: 0 };
const SOME_SKIPPED = { file: 'page.test.ts', passed: 0, failed: 0, skipped: 2 };
const ONE_FAILED = { file: 'broken.test.ts', passed: 1, failed: 1, skipped: 0 };
const CHROMIUM: SystemTool = {
  name: 'Chromium',
  usedBy: 'the stories on the page',
  install: 'apt-get install -y chromium',
  find: () => undefined,
};

test('prints the counts alone on the last line', () => {
  expect(summarize([ALL_PASSED, ONE_FAILED, SOME_SKIPPED], [], false).lines.at(-1)).toBe(
    '4 passed, 1 failed, 2 skipped',
  );
});

test('names the file of a skip, the missing tool and how to install it, and passes', () => {
  const { ok, lines } = summarize([ALL_PASSED, SOME_SKIPPED], [CHROMIUM], false);
  expect(ok).toBe(true);
  expect(lines).toEqual([
    'Skipped 2 in page.test.ts',
    'Not here: Chromium, for the stories on the page. It comes with: apt-get install -y chromium',
    '3 passed, 0 failed, 2 skipped',
  ]);
});

test('fails for a skip or a missing tool when every tool is required', () => {
  expect(summarize([ALL_PASSED, SOME_SKIPPED], [], true).ok).toBe(false);
  expect(summarize([ALL_PASSED], [CHROMIUM], true).ok).toBe(false);
  expect(summarize([ALL_PASSED], [], true).ok).toBe(true);
});

test('fails for a failed test even when no tool is required', () => {
  expect(summarize([ALL_PASSED, ONE_FAILED], [], false).ok).toBe(false);
});
