import type { SystemTool } from '@darkroom/test-kit/process/system-tools';

export interface FileOutcome {
  file: string;
  passed: number;
  failed: number;
  skipped: number;
}

interface Summary {
  lines: string[];
  ok: boolean;
}

/**
 * Builds the last lines of `npm test` and its result: not ok after any failure or, with `requireAll`, after any skip.
 */
export function summarize(outcomes: FileOutcome[], missing: SystemTool[], requireAll: boolean): Summary {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of outcomes) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  const isComplete = total.skipped === 0 && missing.length === 0;
  return {
    ok: total.failed === 0 && (isComplete || !requireAll),
    lines: [
      ...outcomes.filter(({ skipped }) => skipped > 0).map(({ file, skipped }) => `Skipped ${skipped} in ${file}`),
      ...missing.map(({ name, usedBy, install }) => `Not here: ${name}, for ${usedBy}. It comes with: ${install}`),
      ...(requireAll && !isComplete ? ['REQUIRE_ALL=1: what was skipped counts as a failure'] : []),
      `${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`,
    ],
  };
}
