import { extname } from 'node:path';

/** One path segment. Names that mean a folder, and names too long for a file system, do not match. */
const KEY = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,200}$/;

/** Whether a file can be stored under this key. */
export function isFileKey(key: string): boolean {
  return KEY.test(key);
}

const CONTENT_TYPES: Record<string, string> = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
};

/** The content type that a key's extension determines. */
export function contentTypeOf(key: string): string {
  return CONTENT_TYPES[extname(key).toLowerCase()] ?? 'application/octet-stream';
}
