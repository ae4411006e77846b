/**
 * The bounds of the contract. This file imports nothing, so that a client bundle pays only for the numbers it uses.
 * MiniMax's bounds are from https://platform.minimaxi.com/docs/api-reference/image-generation-t2i and its `-i2i` page.
 */

/**
 * Longest prompt for `image-01` in Unicode code points, after trimming. MiniMax documents 1500, but its server refuses
 * exactly 1500.
 */
export const PROMPT_MAX_CODE_POINTS = 1499;

/** Most images of one `image-01` job: MiniMax's bound of `n`. */
export const IMAGES_PER_JOB_MAX = 9;

/** Smallest `width` and `height` in pixels (MiniMax's bound). Both are multiples of `SIZE_STEP`. */
export const SIZE_MIN = 512;
/** Largest `width` and `height` in pixels (MiniMax's bound). */
export const SIZE_MAX = 2048;
/** `width` and `height` are multiples of so many pixels (MiniMax's bound). */
export const SIZE_STEP = 8;

/** Aspect ratios of `image-01` and `image-01-live`. `21:9` is for `image-01` only. */
export const ASPECT_RATIOS = ['1:1', '16:9', '4:3', '3:2', '2:3', '3:4', '9:16', '21:9'] as const;

/** MiniMax's image models. What each one accepts is in models.ts. A deployment may offer only some of them. */
export const MODELS = ['image-01', 'image-01-live', 'MiniMax-H3-Image', 'MiniMax-H3-Image-Highspeed'] as const;

/** Values of `style.style_type`: comic, energetic, medieval, watercolour. */
export const STYLE_TYPES = ['漫画', '元气', '中世纪', '水彩'] as const;

/** Most references of one `image-01` request (MiniMax's bound). */
export const SUBJECT_REFERENCES_MAX = 1;

/** Exclusive bound on the decoded bytes of a reference: MiniMax takes files under 10 MB. */
export const REFERENCE_BYTES_LIMIT = 10_000_000;

/**
 * Most bytes of all uploads that one request names, data URLs included (32 MiB). MiniMax states no bound; this one keeps
 * the body of a call under 45 MB.
 */
export const REFERENCES_TOTAL_BYTES_MAX = 32 * 1024 * 1024;

/** Longest http(s) URL of a reference, in UTF-16 units. */
export const REFERENCE_URL_MAX_LENGTH = 4096;

/** Largest file of the upload route, in bytes (20 MiB). A larger one is refused with `payload_too_large`. */
export const UPLOAD_MAX_BYTES = 20 * 1024 * 1024;

/** Largest JSON request body, in bytes: a 10 MB reference as base64, with room to spare. */
export const JSON_BODY_MAX_BYTES = 16 * 1024 * 1024;

/** Longest long poll of `image.status`, in seconds. Mini programs abort every request after 60 s. */
export const WAIT_SECONDS_MAX = 25;

/** Most concurrent long polls of one user. A further one is answered immediately. */
export const HELD_POLLS_PER_USER = 20;

/** Most calls in one tRPC batch. */
export const BATCH_MAX_CALLS = 10;

/** Jobs on one page of `image.list` if `limit` is absent. */
export const LIST_LIMIT_DEFAULT = 20;
/** Most jobs on one page of `image.list`. */
export const LIST_LIMIT_MAX = 100;

/** Longest idempotency key, in characters. */
export const IDEMPOTENCY_KEY_MAX_LENGTH = 255;

/** Most issues in one error. Further ones appear after these have been fixed. */
export const ISSUES_MAX = 20;

/** Most keys in one object of a request. The largest object of the contract has 12. */
export const OBJECT_KEYS_MAX = 100;
/** Longest key in an object of a request, in UTF-16 units. */
export const OBJECT_KEY_MAX_LENGTH = 256;
