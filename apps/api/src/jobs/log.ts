/** What the jobs tell the operator. Never a prompt, a key, a token, a data URL or a link's query. */
export interface Log {
  info(facts: Record<string, unknown>, message: string): void;
  warn(facts: Record<string, unknown>, message: string): void;
  error(facts: Record<string, unknown>, message: string): void;
}
