import type { Log } from '../../src/jobs/log.ts';

export interface RecordedLog extends Log {
  /** The log lines, oldest first. */
  lines: { level: 'info' | 'warn' | 'error'; message: string; fields: Record<string, unknown> }[];
}

export function createRecordedLog(): RecordedLog {
  const lines: RecordedLog['lines'] = [];
  return {
    lines,
    info: (fields, message) => void lines.push({ level: 'info', message, fields }),
    warn: (fields, message) => void lines.push({ level: 'warn', message, fields }),
    error: (fields, message) => void lines.push({ level: 'error', message, fields }),
  };
}
