/** The output of `npm audit --json`: a report, or the reason why there is none. */
interface AuditReport {
  vulnerabilities?: Record<string, { severity: string; via: (string | { title: string; url: string })[] }>;
  message?: string;
  error?: { code?: string; summary?: string };
}

/** The output of `npm audit signatures --json`. */
interface SignatureReport {
  invalid?: { name: string; version: string }[];
  error?: { code?: string; summary?: string };
}

export interface CheckResult {
  ok: boolean;
  /** A single line. */
  text: string;
}

/** Fails for a known vulnerability of high or critical severity. Passes if the registry has no advisories. */
export function judgeAdvisories(stdout: string): CheckResult {
  const report = parse<AuditReport>(stdout);
  if (!report?.vulnerabilities) return notChecked('advisories', report);
  const severe = Object.entries(report.vulnerabilities)
    .filter(([, { severity }]) => severity === 'high' || severity === 'critical')
    .map(([name, { severity, via }]) => {
      const named = via.find((cause) => typeof cause !== 'string');
      return `${name} (${severity}: ${named ? `${named.title}, ${named.url}` : `through ${via.join(', ')}`})`;
    });
  return severe.length === 0
    ? { ok: true, text: 'advisories: none of high or critical severity.' }
    : { ok: false, text: `advisories: ${severe.join('; ')}.` };
}

/** Fails for a package whose registry signature does not match. Passes if the registry does not sign packages. */
export function judgeSignatures(stdout: string): CheckResult {
  const report = parse<SignatureReport>(stdout);
  if (!report?.invalid) return notChecked('signatures', report);
  const invalid = report.invalid.map(({ name, version }) => `${name}@${version}`);
  return invalid.length === 0
    ? { ok: true, text: 'signatures: none is invalid.' }
    : { ok: false, text: `signatures: invalid for ${invalid.join(', ')}.` };
}

function notChecked(what: string, report: Pick<AuditReport, 'message' | 'error'> | undefined): CheckResult {
  const reason = report?.message || report?.error?.summary || report?.error?.code || 'npm gave no report';
  // npm's reason contains the registry's address, which must not appear in our logs.
  return { ok: true, text: `${what}: not checked, since ${reason.replace(/https?:\/\/\S+/g, 'the registry')}.` };
}

// Not validated: npm printed it, and every field that is read is declared optional above.
function parse<T>(stdout: string): T | undefined {
  try {
    return JSON.parse(stdout) as T;
  } catch {
    return undefined;
  }
}
