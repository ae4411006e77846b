import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

export interface Dotenv {
  values: Record<string, string | undefined>;
  /** Names whose value was cut at a `#`, which begins a comment outside quotes. */
  cut: string[];
}

const NOTHING: Dotenv = { values: {}, cut: [] };

/** `.env` in the current folder. Throws with one line for a file that cannot be read as text. */
export function readDotenv(): Dotenv {
  if (!existsSync('.env')) return NOTHING;
  const text = decode(readFileSync('.env'));
  const values = parseEnv(text);
  return { values, cut: findCut(text).filter((name) => name in values) };
}

/** UTF-8, with or without a byte order mark. Lines of old editors end with a lone CR, which Node's parser drops. */
function decode(bytes: Buffer): string {
  const isUtf16 = /^(\xff\xfe|\xfe\xff)/.test(bytes.subarray(0, 2).toString('latin1'));
  if (isUtf16) throw new Error('it is UTF-16, and has to be UTF-8 text');
  if (bytes.includes(0)) throw new Error('it holds NUL bytes, and has to be UTF-8 text');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r\n?/g, '\n');
  } catch (cause) {
    throw new Error('it is not UTF-8 text', { cause });
  }
}

function findCut(text: string): string[] {
  const unquoted = /^\s*(?:export\s+)?(\w+)\s*=[^\S\n]*(?!["'`#])[^\s#]+#/gm;
  return [...text.matchAll(unquoted)].map(([, name = '']) => name);
}
