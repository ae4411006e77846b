/**
 * `npm run audit:dependencies` checks known vulnerabilities and registry signatures, as far as the configured registry
 * provides them. Packages that run in production or are published fail on a vulnerability of high or critical severity.
 * The pinned build tools of the app and of the tests are reported and never fail the run.
 */
import { spawnSync } from 'node:child_process';
import { judgeAdvisories, judgeSignatures, type Verdict } from './audit-verdict.ts';

const RELEASED = ['api', 'contracts', 'minimax-client', 'minimax-simulator', 'sdk'];
/** Time limit for an unreachable registry; npm alone would retry for minutes. */
const ANSWER_WITHIN_MS = 60_000;

const verdicts: Verdict[] = [
  judgeAdvisories(audit('--omit=dev', ...RELEASED.map((name) => `--workspace=@darkroom/${name}`))),
  asNote(judgeAdvisories(audit())),
  judgeSignatures(audit('signatures')),
];
for (const { ok, text } of verdicts) (ok ? console.log : console.error)(text);
process.exitCode = verdicts.every(({ ok }) => ok) ? 0 : 1;

function audit(...options: string[]): string {
  const { stdout } = spawnSync('npm', ['audit', ...options, '--json', '--fetch-retries=0'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: ANSWER_WITHIN_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

function asNote({ text }: Verdict): Verdict {
  return { ok: true, text: `with build tools and tests, ${text}` };
}
