/** One of several that exclude each other. */
export interface Choice<Value extends string | number = string | number> {
  value: Value;
  label: string;
  /** How it is read out, where the label alone says too little. */
  name?: string;
  /** A small frame above the label, in px. */
  shape?: { width: number; height: number };
}

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** What an arrow key leads to from the chosen one, around the ends; null for every other key. */
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
