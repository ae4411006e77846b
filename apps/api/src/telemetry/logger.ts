import { type Logger, pino } from 'pino';

export type { Logger };

/**
 * JSON lines on standard output. What is logged is chosen where it is logged; the redaction here is a second net for what
 * must never be written: credentials, prompts, data URLs and signed queries.
 */
export function createLogger(level: string): Logger {
  return pino({
    level,
    redact: {
      paths: ['*.authorization', '*.headers', '*.prompt', '*.image_file', '*.apiKey', '*.token', 'req', 'res'],
      censor: '[redacted]',
    },
  });
}
