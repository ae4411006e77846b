import * as z from 'zod';

/** Bounded text that is stored: without U+0000, which PostgreSQL cannot store. */
const Text = z.string().transform((text) => text.replaceAll('\0', '').slice(0, 1000));
/** The code or type of an error: a short word, else it counts as absent. */
const Word = z.string().regex(/^[\w.\- ]{1,64}$/);
/** A whole number, or its digits as text; fits a database's 32-bit integer. */
const Integer = z.union([
  z.int32(),
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number),
]);
const Count = Integer.pipe(z.number().nonnegative());

function maybe<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().catch(null);
}

/** An error that MiniMax reports. */
export interface ReportedError {
  /** `code`, if it is a number. */
  statusCode: number | undefined;
  /** `code`, if it is a word. */
  code: string | undefined;
  type: string | undefined;
  message: string;
  /** `http_code`: the status that a call without streaming would have had. */
  httpStatus: number | undefined;
}

const ErrorFields = z
  .object({
    code: maybe(z.union([Integer, Word])),
    type: maybe(Word),
    message: maybe(Text),
    http_code: maybe(Integer),
  })
  .transform(
    ({ code, type, message, http_code }): ReportedError => ({
      statusCode: typeof code === 'number' ? code : undefined,
      code: typeof code === 'string' ? code : undefined,
      type: type ?? undefined,
      message: message ?? '',
      httpStatus: http_code ?? undefined,
    }),
  );

/** An error object, or its message alone. Null if there is none. */
export const ErrorField = z
  .union([
    z
      .string()
      .min(1)
      .transform((message) => ErrorFields.parse({ message })),
    ErrorFields,
  ])
  .nullish()
  .catch(null);

const TokenDetails = maybe(z.object({ text_tokens: maybe(Count), image_tokens: maybe(Count) }));

/** Tokens that a call used, as MiniMax counts them; null where it does not say. The names are OpenAI's, a guess. */
export interface ImagesUsage {
  inputTokens: number | null;
  outputTokens: number | null;
  totalTokens: number | null;
  inputTextTokens: number | null;
  inputImageTokens: number | null;
}

const Usage = z
  .object({
    input_tokens: maybe(Count),
    prompt_tokens: maybe(Count),
    output_tokens: maybe(Count),
    completion_tokens: maybe(Count),
    total_tokens: maybe(Count),
    input_tokens_details: TokenDetails,
    prompt_tokens_details: TokenDetails,
  })
  .transform((usage): ImagesUsage => {
    const details = usage.input_tokens_details ?? usage.prompt_tokens_details;
    return {
      inputTokens: usage.input_tokens ?? usage.prompt_tokens ?? null,
      outputTokens: usage.output_tokens ?? usage.completion_tokens ?? null,
      totalTokens: usage.total_tokens ?? null,
      inputTextTokens: details?.text_tokens ?? null,
      inputImageTokens: details?.image_tokens ?? null,
    };
  });

/**
 * The fields of a body or an event besides its images. Each is read separately and counts as absent if it is malformed,
 * so that it cannot hide images or errors.
 */
export const AnswerFields = z
  .object({
    type: maybe(z.string()),
    request_id: maybe(Text),
    id: maybe(Text),
    usage: maybe(Usage),
    error: ErrorField,
    /** image-01's way to report an error. Not seen for H3. */
    base_resp: maybe(z.object({ status_code: Integer, status_msg: maybe(Text) })),
  })
  .catch({});
export type AnswerFields = z.output<typeof AnswerFields>;
