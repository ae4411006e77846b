import * as z from 'zod';

/** What is not known of H3's wire, as switches. A client must manage with every value. */
export const H3Wire = z.strictObject({
  /** The key of a reference in `images[]`; `any` accepts all three. */
  referenceKey: z.enum(['image_url', 'url', 'image', 'any']),
  /** Whether a field that does not exist is refused with 400. */
  unknownFields: z.enum(['refuse', 'ignore']),
  /** What an absent `response_format` means when the answer is not a stream. */
  defaultResponseFormat: z.enum(['url', 'b64_json']),
  /**
   * The body of an error: `error` as an object, as a text, with OpenAI's members, with the codes of the older API, or a
   * `base_resp` in its place. The HTTP status is the same.
   */
  errorShape: z.enum(['object', 'string', 'openai', 'old_codes', 'base_resp']),
  /** Whether 429 has a Retry-After header. */
  retryAfter: z.boolean(),
  /**
   * A failed or blocked image in `data`: an entry with `error` in its place, an entry with `error` and `image_index`
   * after the images, or nothing.
   */
  failedEntries: z.enum(['in_place', 'at_end', 'omitted']),
  /** A failed or blocked image in a stream: an event `….partial_failed`, or nothing. */
  failedEvents: z.enum(['partial_failed', 'omitted']),
  /** The type of the last event of a success: `image_generation.completed` or `completed`. */
  completedType: z.enum(['prefixed', 'bare']),
  /** The type of the last event of a failure: `image_generation.error` or `error`. */
  errorType: z.enum(['prefixed', 'bare']),
  /** Whether bodies and last events have `usage`. */
  usage: z.boolean(),
  /** Whether the events of images have `image_index`. */
  imageIndex: z.boolean(),
  /** The key of the link in the event of an image. */
  urlKey: z.enum(['url', 'image_url']),
  /** The key of the time; `openai`: `created` in bodies, `created_at` in events. */
  timeKey: z.enum(['openai', 'created', 'created_at']),
  /** Milliseconds between keepalive comments; 0: none. */
  keepaliveMs: z.number().min(0),
  /** When the headers of a stream are sent: with its first bytes, or at once. */
  headers: z.enum(['first_bytes', 'at_once']),
  /** Whether `data: [DONE]` follows the last event. */
  doneMarker: z.boolean(),
  /** Whether events have an `event:` line. */
  eventLine: z.boolean(),
  /** Whether the JSON of an event is spread over several `data:` lines. */
  splitData: z.boolean(),
  newline: z.enum(['lf', 'crlf', 'cr']),
});
export type H3Wire = z.output<typeof H3Wire>;

/** Some of the switches: those of a simulator replace the default, those of a scenario replace those of the simulator. */
export const H3WireChanges = H3Wire.partial();
export type H3WireChanges = z.output<typeof H3WireChanges>;

/** MiniMax's documented behaviour and, where there is none, the likeliest. */
export const DEFAULT_H3_WIRE: H3Wire = {
  referenceKey: 'image_url',
  unknownFields: 'refuse',
  defaultResponseFormat: 'url',
  errorShape: 'object',
  retryAfter: true,
  failedEntries: 'in_place',
  failedEvents: 'partial_failed',
  completedType: 'prefixed',
  errorType: 'bare',
  usage: true,
  imageIndex: true,
  urlKey: 'url',
  timeKey: 'openai',
  keepaliveMs: 15_000,
  headers: 'first_bytes',
  doneMarker: false,
  eventLine: true,
  splitData: false,
  newline: 'lf',
};

/** `base` with the changes. Throws a ZodError for an unknown switch or value. */
export function changeWire(base: H3Wire, changes: H3WireChanges | undefined): H3Wire {
  const given = Object.entries(changes ?? {}).filter(([, value]) => value !== undefined);
  return H3Wire.parse({ ...base, ...Object.fromEntries(given) });
}
