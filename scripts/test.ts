/**
 * `npm test [-- <part of a file name>]`: every test that this machine has the parts for. What was skipped, for want of
 * what, and the line that installs it are printed last. REQUIRE_ALL=1 turns a skip into a failure.
 */
import { spawnSync } from 'node:child_process';
import { startVitest, type TestModule } from 'vitest/node';
import { missingParts } from './parts.ts';
import { type FileOutcome, summarize } from './test-summary.ts';

// The stories open the built pages and the built mini program; turbo answers from its cache when nothing has changed.
const build = spawnSync('npm', ['run', 'build'], { stdio: 'inherit' });
if (build.status !== 0) {
  console.error('The build failed; no test was run.');
  process.exit(1);
}

const vitest = await startVitest(process.argv.slice(2), { watch: false });
const outcomes = vitest.state.getTestModules().map(outcomeOf);
await vitest.close();

const summary = summarize(outcomes, missingParts(), process.env.REQUIRE_ALL === '1');
console.log(['', ...summary.lines].join('\n'));
// Vitest has set it already for what no test can say, such as an unhandled rejection.
if (!summary.ok) process.exitCode = 1;

function outcomeOf(module: TestModule): FileOutcome {
  const outcome = { file: module.relativeModuleId, passed: 0, failed: 0, skipped: 0, pending: 0 };
  for (const test of module.children.allTests()) outcome[test.result().state]++;
  // A file that does not load, or whose hooks fail, has failed without a failed test.
  if (module.state() === 'failed' && outcome.failed === 0) outcome.failed = 1;
  return outcome;
}
