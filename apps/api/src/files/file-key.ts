import { extname } from 'node:path';
import { MEDIA_TYPE_LIST, MEDIA_TYPES } from '../media-types.ts';

/** One path segment. Names that mean a folder, and names too long for a file system, do not match. */
const KEY = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,200}$/;

/** Whether a file can be stored under this key. */
export function isFileKey(key: string): boolean {
  return KEY.test(key);
}

const CONTENT_TYPES: ReadonlyMap<string, string> = new Map(
  MEDIA_TYPE_LIST.flatMap((type) => MEDIA_TYPES[type].extensions.map((extension) => [`.${extension}`, type] as const)),
);

/** The content type that a key's extension determines. */
export function contentTypeOf(key: string): string {
  return CONTENT_TYPES.get(extname(key).toLowerCase()) ?? 'application/octet-stream';
}
