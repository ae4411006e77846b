import { closeSync, openSync, readSync } from 'node:fs';

/** Settings that hold secrets. Each may instead be given as the path of a file, in `<NAME>_FILE`. */
export const SECRETS = [
  'MINIMAX_API_KEY',
  'JWT_SECRET',
  'JWT_PUBLIC_KEY',
  'DATABASE_URL',
  'S3_ACCESS_KEY_ID',
  'S3_SECRET_ACCESS_KEY',
  'METRICS_TOKEN',
] as const;

const FILE_MAX_BYTES = 64 * 1024;

type Given = Readonly<Record<string, string>>;

export interface SecretFiles {
  /** The settings with the contents of their files; an empty string for a file that cannot be read. */
  given: Given;
  faults: string[];
}

/**
 * Reads the `_FILE` settings. Faults contain neither the content nor the path: an operator who confuses the two has put
 * the secret itself where the path belongs.
 */
export function readSecretFiles(given: Given): SecretFiles {
  const read: Record<string, string> = { ...given };
  const faults: string[] = [];
  for (const name of SECRETS) {
    const file = given[`${name}_FILE`];
    if (file === undefined) continue;
    if (name in given) {
      faults.push(`${name}, ${name}_FILE: set one of them`);
      continue;
    }
    read[name] = '';
    try {
      read[name] = readText(file);
    } catch (error) {
      faults.push(`${name}_FILE: ${error instanceof Error ? describe(error) : 'the file cannot be read'}`);
    }
  }
  return { given: read, faults };
}

function readText(file: string): string {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(readBounded(file)).trim();
  if (text === '') throw new RangeError('the file is empty');
  if (text.includes('\0')) throw new TypeError('NUL');
  return text;
}

/** Reads in pieces up to `FILE_MAX_BYTES`: a pipe has no size, and a device may have no end. */
function readBounded(file: string): Uint8Array {
  const bytes = new Uint8Array(FILE_MAX_BYTES + 1);
  const descriptor = openSync(file, 'r');
  try {
    let length = 0;
    for (;;) {
      const more = readSync(descriptor, bytes, length, bytes.length - length, null);
      length += more;
      if (more === 0) return bytes.subarray(0, length);
      if (length > FILE_MAX_BYTES) throw new RangeError(`the file is larger than ${FILE_MAX_BYTES} bytes`);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Does not pass on the message of a system error, because it contains the path. */
function describe(error: Error): string {
  if (error instanceof RangeError) return error.message;
  if ('syscall' in error && 'code' in error) return `the file cannot be read (${error.code})`;
  return 'the file is not UTF-8 text';
}
