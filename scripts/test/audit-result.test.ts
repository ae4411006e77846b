import { expect, test } from 'vitest';
import { judgeAdvisories, judgeSignatures } from '../audit-result.ts';

const report = (severity: string) =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: {
      'ipaddr.js': { severity, via: [{ title: 'A hole', url: 'https://example.com/1' }] },
      fastify: { severity: 'moderate', via: ['ipaddr.js'] },
    },
  });

test.each(['high', 'critical'])('fails for a known vulnerability of %s severity and names its package', (severity) => {
  expect(judgeAdvisories(report(severity))).toEqual({
    ok: false,
    text: `advisories: ipaddr.js (${severity}: A hole, https://example.com/1).`,
  });
});

test('passes for vulnerabilities of lower severity and for a clean report', () => {
  const passed = { ok: true, text: 'advisories: none of high or critical severity.' };
  expect(judgeAdvisories(report('moderate'))).toEqual(passed);
  expect(judgeAdvisories('{"auditReportVersion":2,"vulnerabilities":{}}')).toEqual(passed);
});

test.each([
  ['refuses the request', '{"message":"405 Method Not Allowed - POST https://registry.example/bulk","statusCode":405}'],
  ['is not reachable', '{"message":"request to https://registry.example/bulk failed","error":{"summary":""}}'],
  ['makes npm fail without output', ''],
])('passes and reports that nothing was checked when the registry %s', (_what, stdout) => {
  const { ok, text } = judgeAdvisories(stdout);
  expect(ok).toBe(true);
  expect(text).toMatch(/^advisories: not checked, since .+\.$/);
  expect(text).not.toContain('registry.example');
});

test('fails for a package with an invalid signature, and passes for one without a signature', () => {
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
