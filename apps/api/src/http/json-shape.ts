import { isAscii } from 'node:buffer';

/** What a JSON text may consist of, beside the data URLs in it. */
export interface JsonBounds {
  /** Members of objects and items of lists, all levels together. */
  values: number;
  /** Objects and lists inside each other. */
  depth: number;
  /** Bytes outside strings: white space, numbers, punctuation. */
  bytesOutsideStrings: number;
  /** Bytes of all strings that are no data URL, keys too. */
  bytesOfTexts: number;
}

/**
 * The largest order of the contract has some 20 values on 4 levels and 10 kB of texts beside its data URL; a batch has 10 of
 * them. `JSON.parse` needs seconds and gigabytes for a body of 16 MB that is made of keys or brackets.
 */
export const JSON_BOUNDS: JsonBounds = {
  values: 5_000,
  depth: 32,
  bytesOutsideStrings: 256 * 1024,
  bytesOfTexts: 1024 * 1024,
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Bytes of a string that are looked at one by one before the rest of a long run is skipped. */
const NEAR_BYTES = 32;

/**
 * Whether a JSON text stays within the bounds, told before it is parsed and without allocating. Whether it is JSON at all is
 * for the parser: what is malformed costs no more here than what is well formed.
 */
export function fitsJsonBounds(json: Buffer, bounds: JsonBounds = JSON_BOUNDS): boolean {
  const skipString = createSkipString(json);
  let values = 0;
  let depth = 0;
  let outside = 0;
  let texts = 0;
  for (let at = 0; at < json.length; ) {
    if (++outside > bounds.bytesOutsideStrings) return false;
    switch (json[at++]) {
      case QUOTE: {
        const start = at;
        at = skipString(at);
        if (!isDataUrl(json, start, at)) texts += at - start;
        break;
      }
      case 0x2c: // comma
        values++;
        break;
      case 0x5b: // [
      case 0x7b: // {
        values++;
        depth++;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
    }
    if (values > bounds.values || depth > bounds.depth || texts > bounds.bytesOfTexts) return false;
  }
  return true;
}

/** Base64 is ASCII, whatever JSON escapes of it. */
function isDataUrl(json: Buffer, start: number, end: number): boolean {
  return /^data:/i.test(json.toString('latin1', start, start + 5)) && isAscii(json.subarray(start, end));
}

/** Where a string ends that begins at an offset. Long runs without quote and backslash are skipped at memory speed. */
function createSkipString(json: Buffer): (start: number) => number {
  const nextQuote = createNext(json, QUOTE);
  const nextBackslash = createNext(json, BACKSLASH);
  return (start) => {
    for (let at = start; at < json.length; ) {
      for (const near = Math.min(json.length, at + NEAR_BYTES); at < near; ) {
        const byte = json[at++];
        if (byte === QUOTE) return at;
        if (byte === BACKSLASH) at++; // what is escaped is no end
      }
      at = Math.min(nextQuote(at), nextBackslash(at));
    }
    return json.length;
  };
}

/** Where a byte comes next. Offsets only grow, so that every byte is searched once, however often it is asked. */
function createNext(json: Buffer, byte: number): (from: number) => number {
  let found = -1;
  return (from) => {
    if (found < from) {
      const index = json.indexOf(byte, from);
      found = index === -1 ? json.length : index;
    }
    return found;
  };
}
