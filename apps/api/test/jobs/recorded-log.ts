import type { Log } from '../../src/jobs/log.ts';

export interface RecordedLog extends Log {
  /** The log lines, oldest first. */
  lines: { level: 'info' | 'warn' | 'error'; message: string; facts: Record<string, unknown> }[];
}

export function createRecordedLog(): RecordedLog {
  const lines: RecordedLog['lines'] = [];
  return {
    lines,
    info: (facts, message) => void lines.push({ level: 'info', message, facts }),
    warn: (facts, message) => void lines.push({ level: 'warn', message, facts }),
    error: (facts, message) => void lines.push({ level: 'error', message, facts }),
  };
}
