import * as z from 'zod';
import { OBJECT_KEY_MAX_LENGTH, OBJECT_KEYS_MAX } from './limits.ts';

/** What a client may send for an object whose parsed input is `T`: null stands for an optional field that is left out. */
export type AsSent<T> = { [K in keyof T]: undefined extends T[K] ? T[K] | null : T[K] };

/** Whether a value of this optional field means that the field is absent; null always does. */
type IsAbsent = (value: unknown, field: string) => boolean;

/**
 * An object as clients send it. Serialisers of Go and Java write every field: absent values of optional fields are dropped
 * before the schema sees them, so the parsed output is the same as without the field. The number and length of keys is
 * bounded first, so that an object of a million unknown keys costs nothing.
 */
export function asSent<S extends z.ZodObject>(schema: S, isAbsent: IsAbsent = () => false) {
  return asSentOf<AsSent<z.input<S>>, S>(schema, isAbsent);
}

/** The same, for an input type that has to be written down. */
export function asSentOf<Input, S extends z.ZodObject>(schema: S, isAbsent: IsAbsent = () => false) {
  const optional = Object.keys(schema.shape).filter((name) => schema.shape[name]?._zod.optin !== undefined);
  return z.preprocess((sent: Input, ctx) => {
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
  }, schema);
}

function hasTooManyKeys(sent: object): boolean {
  let keys = 0;
  for (const key in sent) if (++keys > OBJECT_KEYS_MAX || key.length > OBJECT_KEY_MAX_LENGTH) return true;
  return false;
}
