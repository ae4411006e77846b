import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

export interface Dotenv {
  values: Record<string, string | undefined>;
  oddities: DotenvOddities;
}

/** Names whose lines the parser reads differently from what was probably meant. */
export interface DotenvOddities {
  /** The value was cut at a `#`, which begins a comment outside quotes. */
  cut: readonly string[];
  /** The line has a colon instead of an equals sign, as in YAML; the parser skips it. */
  unread: readonly string[];
}

/** Reads `.env` in the current folder. Throws an error of one line if the file is not UTF-8 text. */
export function readDotenv(): Dotenv {
  if (!existsSync('.env')) return { values: {}, oddities: { cut: [], unread: [] } };
  const text = decode(readFileSync('.env'));
  const values = parseEnv(text);
  const unread = namesIn(text, /^\s*(?:export\s+)?(\w+)[^\S\n]*:/gm).filter((name) => !(name in values));
  return { values, oddities: { cut: namesIn(text, CUT), unread } };
}

/**
 * Decodes UTF-8, with or without a byte order mark. Every line ending becomes LF: old editors write a lone CR, which
 * Node's parser drops.
 */
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

const CUT = /^\s*(?:export\s+)?(\w+)[^\S\n]*=[^\S\n]*(?!["'`#])[^\s#]+#/gm;

function namesIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name);
}
