/** Log for the operator. It must never contain a prompt, a key, a token, a data URL or the query of a link. */
export interface Log {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}
