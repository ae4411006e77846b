/** Log for the operator. It must never contain a prompt, a key, a token, a data URL or the query of a link. */
export interface Log {
  info(facts: Record<string, unknown>, message: string): void;
  warn(facts: Record<string, unknown>, message: string): void;
  error(facts: Record<string, unknown>, message: string): void;
}
