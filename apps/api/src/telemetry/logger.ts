import { type Logger, pino } from 'pino';

export type { Logger };

/**
 * Writes JSON lines to standard output. Each call site chooses its fields. The redaction is a second line of defence
 * against logging credentials, prompts, data URLs and signed query strings.
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
