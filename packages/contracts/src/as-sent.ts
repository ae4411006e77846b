import * as z from 'zod';
import { OBJECT_KEY_MAX_LENGTH, OBJECT_KEYS_MAX } from './limits.ts';

/** The input type of an object whose parsed input is `T`: null in an optional field means that the field is absent. */
export type AsSent<T> = { [K in keyof T]: undefined extends T[K] ? T[K] | null : T[K] };

/** Whether `value` in this optional field means that the field is absent. Null always does. */
export type IsAbsent = (value: unknown, field: string) => boolean;

/**
 * Wraps a schema so that it accepts objects with explicit absent values. Go and Java serialisers write every field, so
 * null and the values of `isAbsent` are removed from optional fields before the schema runs. The parsed output is the
 * same as without the field. The number and the length of keys are bounded first (`OBJECT_KEYS_MAX`,
 * `OBJECT_KEY_MAX_LENGTH`): an object with a million unknown keys must not cost CPU.
 */
export function asSent<S extends z.ZodObject>(schema: S, isAbsent: IsAbsent = () => false) {
  const optional = optionalFields(schema);
  return z.preprocess((sent: AsSent<z.input<S>>, ctx) => removeAbsent(sent, ctx, optional, isAbsent), schema);
}

/** The names of the fields that may be left out. */
export function optionalFields(schema: z.ZodObject): string[] {
  return Object.keys(schema.shape).filter((name) => schema.shape[name]?._zod.optin !== undefined);
}

/** The step of `asSent` before the schema. */
export function removeAbsent(
  sent: unknown,
  ctx: z.RefinementCtx,
  optional: readonly string[],
  isAbsent: IsAbsent,
): unknown {
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return sent;
  if (hasTooManyKeys(sent)) {
    ctx.addIssue({ code: 'custom', message: '字段过多或字段名过长' });
    return z.NEVER;
  }
  const fields: Record<string, unknown> = Object.fromEntries(Object.entries(sent));
  for (const name of optional) {
    const value = fields[name];
    if (value === null || isAbsent(value, name)) delete fields[name];
  }
  return fields;
}

function hasTooManyKeys(sent: object): boolean {
  let keys = 0;
  for (const key in sent) if (++keys > OBJECT_KEYS_MAX || key.length > OBJECT_KEY_MAX_LENGTH) return true;
  return false;
}
