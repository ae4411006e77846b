/**
 * `npm test [-- <part of a file name>]` runs every test for which this machine has the required tools. At the end it
 * prints the skipped tests, the missing tool and the command that installs it. REQUIRE_ALL=1 turns a skip into a
 * failure.
 */
import { spawnSync } from 'node:child_process';
import { missingTools } from '@darkroom/test-kit/process/system-tools';
import { startVitest, type TestModule } from 'vitest/node';
import { type FileOutcome, summarize } from './test-summary.ts';

// The end-to-end tests open the built pages and the built mini program. Turbo answers from its cache when nothing has
// changed.
const build = spawnSync('npm', ['run', 'build'], { stdio: 'inherit' });
if (build.status !== 0) {
  console.error('The build failed; no test was run.');
  process.exit(1);
}

const vitest = await startVitest(process.argv.slice(2), { watch: false });
const outcomes = vitest.state.getTestModules().map(outcomeOf);
await vitest.close();

const summary = summarize(outcomes, missingTools(), process.env.REQUIRE_ALL === '1');
console.log(['', ...summary.lines].join('\n'));
// Vitest has already set the exit code for errors outside any test, such as an unhandled rejection.
if (!summary.ok) process.exitCode = 1;

function outcomeOf(module: TestModule): FileOutcome {
  const outcome = { file: module.relativeModuleId, passed: 0, failed: 0, skipped: 0, pending: 0 };
  for (const test of module.children.allTests()) outcome[test.result().state]++;
  // A file that does not load, or whose hooks fail, has failed without any failed test.
  if (module.state() === 'failed' && outcome.failed === 0) outcome.failed = 1;
  return outcome;
}
