/**
 * `npm run audit:dependencies` checks known vulnerabilities and registry signatures, as far as the configured registry
 * provides them. Packages that run in production or are published fail on a vulnerability of high or critical severity.
 * The pinned build tools of the app and of the tests are reported and never fail the run.
 */
import { spawnSync } from 'node:child_process';
import { type CheckResult, judgeAdvisories, judgeSignatures } from './audit-result.ts';

const RELEASED = ['api', 'contracts', 'minimax-client', 'minimax-simulator', 'sdk'];
/** Time limit for an unreachable registry; npm alone would retry for minutes. */
const ANSWER_WITHIN_MS = 60_000;

const results: CheckResult[] = [
  judgeAdvisories(audit('--omit=dev', ...RELEASED.map((name) => `--workspace=@darkroom/${name}`))),
  asNote(judgeAdvisories(audit())),
  judgeSignatures(audit('signatures')),
];
for (const { ok, text } of results) (ok ? console.log : console.error)(text);
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;

function audit(...options: string[]): string {
  const { stdout } = spawnSync('npm', ['audit', ...options, '--json', '--fetch-retries=0'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: ANSWER_WITHIN_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

function asNote({ text }: CheckResult): CheckResult {
  return { ok: true, text: `with build tools and tests, ${text}` };
}
