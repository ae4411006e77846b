import { randomUUID } from 'node:crypto';

/** MiniMax identifies a call by 32 hex digits. */
export function createTraceId(): string {
  return randomUUID().replaceAll('-', '');
}
