/** One option of a group with a single choice. */
export interface Choice<Value extends string | number = string | number> {
  value: Value;
  label: string;
  /** Accessible name where the label alone is too short. */
  name?: string;
  /** A second line, smaller. */
  note?: string;
  /** A small frame above the label, in px. */
  shape?: { width: number; height: number };
}

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** The option an arrow key moves to, wrapping at the ends; null for every other key. */
export function choiceByKey<Value extends string | number>(
  choices: readonly Choice<Value>[],
  chosen: Value,
  event: Event,
): Value | null {
  const step = 'key' in event ? STEPS[String(event.key)] : undefined;
  if (step === undefined) return null;
  event.preventDefault();
  const from = choices.findIndex(({ value }) => value === chosen);
  return choices[(from + step + choices.length) % choices.length]?.value ?? null;
}
