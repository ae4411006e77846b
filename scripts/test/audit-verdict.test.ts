import { expect, test } from 'vitest';
import { judgeAdvisories, judgeSignatures } from '../audit-verdict.ts';

const report = (severity: string) =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: {
      'ipaddr.js': { severity, via: [{ title: 'A hole', url: 'https://example.com/1' }] },
      fastify: { severity: 'moderate', via: ['ipaddr.js'] },
    },
  });

test.each(['high', 'critical'])('a known vulnerability of %s severity fails the audit by its name', (severity) => {
  expect(judgeAdvisories(report(severity))).toEqual({
    ok: false,
    text: `advisories: ipaddr.js (${severity}: A hole, https://example.com/1).`,
  });
});

test('lesser vulnerabilities and a clean report pass', () => {
  const passed = { ok: true, text: 'advisories: none of high or critical severity.' };
  expect(judgeAdvisories(report('moderate'))).toEqual(passed);
  expect(judgeAdvisories('{"auditReportVersion":2,"vulnerabilities":{}}')).toEqual(passed);
});

test.each([
  [
    'refuses the question',
    '{"message":"405 Method Not Allowed - POST https://registry.example/bulk","statusCode":405}',
  ],
  ['is not reachable', '{"message":"request to https://registry.example/bulk failed","error":{"summary":""}}'],
  ['has npm give up without a word', ''],
])('a registry that %s fails nothing, and the line says that nothing was checked', (_what, stdout) => {
  const { ok, text } = judgeAdvisories(stdout);
  expect(ok).toBe(true);
  expect(text).toMatch(/^advisories: not checked, since .+\.$/);
  expect(text).not.toContain('registry.example');
});

test('a package whose signature does not match fails the audit; one without a signature does not', () => {
  const invalid = [{ name: 'ipaddr.js', version: '2.5.0' }];
  expect(judgeSignatures(JSON.stringify({ invalid, missing: [] }))).toEqual({
    ok: false,
    text: 'signatures: invalid for ipaddr.js@2.5.0.',
  });
  expect(judgeSignatures(JSON.stringify({ invalid: [], missing: invalid })).ok).toBe(true);
  expect(judgeSignatures('{"error":{"code":"ENOTFOUND","summary":""}}')).toEqual({
    ok: true,
    text: 'signatures: not checked, since ENOTFOUND.',
  });
});
