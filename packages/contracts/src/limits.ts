/** The plain numbers of the contract. This file imports nothing, so that a client can carry it for free. */

/** Unicode code points, after trimming. MiniMax's documents say 1500, its server refuses exactly that many. */
export const PROMPT_MAX_CODE_POINTS = 1499;

/** Images one job may order. */
export const IMAGES_PER_JOB_MAX = 9;

/** Pixels; both sides are multiples of `SIZE_STEP`. */
export const SIZE_MIN = 512;
export const SIZE_MAX = 2048;
export const SIZE_STEP = 8;

export const ASPECT_RATIOS = ['1:1', '16:9', '4:3', '3:2', '2:3', '3:4', '9:16', '21:9'] as const;

export const MODELS = ['image-01', 'image-01-live'] as const;

export const STYLE_TYPES = ['漫画', '元气', '中世纪', '水彩'] as const;

/** Reference photographs of one order. */
export const SUBJECT_REFERENCES_MAX = 1;

/** Decoded bytes of a reference photograph must stay below this. */
export const REFERENCE_BYTES_LIMIT = 10_000_000;

/** Characters of a reference's http(s) URL. */
export const REFERENCE_URL_MAX_LENGTH = 4096;

/** Bytes of one file sent to the upload route. */
export const UPLOAD_MAX_BYTES = 20 * 1024 * 1024;

/** Bytes of a JSON request body. */
export const JSON_BODY_MAX_BYTES = 16 * 1024 * 1024;

/** Seconds a status answer may be held. Mini programs end every request after 60. */
export const WAIT_SECONDS_MAX = 25;

/** Status answers held at once for one user; the next one is answered at once. */
export const HELD_POLLS_PER_USER = 20;

/** Calls in one tRPC batch. */
export const BATCH_MAX_CALLS = 10;

export const LIST_LIMIT_DEFAULT = 20;
export const LIST_LIMIT_MAX = 100;

export const IDEMPOTENCY_KEY_MAX_LENGTH = 255;

/** Issues that one refusal names; what lies beyond them shows once these are mended. */
export const ISSUES_MAX = 20;

/** Keys looked at in one object of a request, and characters of each. The largest object of the contract has 12. */
export const OBJECT_KEYS_MAX = 100;
export const OBJECT_KEY_MAX_LENGTH = 256;
