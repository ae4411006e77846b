import { isAscii } from 'node:buffer';

/** Limits on a JSON text. Data URLs in it do not count. */
export interface JsonBounds {
  /** Members of objects and items of lists, on all levels together. */
  values: number;
  /** Levels of nested objects and lists. */
  depth: number;
  /** Bytes outside strings: white space, numbers, punctuation. */
  bytesOutsideStrings: number;
  /** Bytes of all strings other than data URLs, including keys. */
  bytesOfTexts: number;
}

/**
 * The largest `CreateImage` has about 20 values on 4 levels, and 10 kB of texts besides its data URL; a batch has 10 of
 * them. Without these bounds `JSON.parse` needs seconds and gigabytes for a body of 16 MB that consists of keys or
 * brackets.
 */
export const JSON_BOUNDS: JsonBounds = {
  values: 5_000,
  depth: 32,
  bytesOutsideStrings: 256 * 1024,
  bytesOfTexts: 1024 * 1024,
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Bytes of a string that are checked one by one before the rest of a long run is skipped. */
const NEAR_BYTES = 32;

/**
 * Whether a JSON text stays within the bounds. Runs before parsing and without allocating. Does not check that the text
 * is valid JSON, which the parser does; malformed text costs no more here than well-formed text.
 */
export function fitsJsonBounds(json: Buffer, bounds: JsonBounds = JSON_BOUNDS): boolean {
  const skipString = createSkipString(json);
  let values = 0;
  let depth = 0;
  let outsideBytes = 0;
  let textBytes = 0;
  for (let at = 0; at < json.length; ) {
    if (++outsideBytes > bounds.bytesOutsideStrings) return false;
    switch (json[at++]) {
      case QUOTE: {
        const start = at;
        at = skipString(at);
        if (!isDataUrl(json, start, at)) textBytes += at - start;
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
    if (values > bounds.values || depth > bounds.depth || textBytes > bounds.bytesOfTexts) return false;
  }
  return true;
}

/** A data URL is ASCII only: Base64 is, and so are its JSON escapes. */
function isDataUrl(json: Buffer, start: number, end: number): boolean {
  return /^data:/i.test(json.toString('latin1', start, start + 5)) && isAscii(json.subarray(start, end));
}

/** Finds the end of a string from its start offset. Skips long runs without quote and backslash at memory speed. */
function createSkipString(json: Buffer): (start: number) => number {
  const nextQuote = createNext(json, QUOTE);
  const nextBackslash = createNext(json, BACKSLASH);
  return (start) => {
    for (let at = start; at < json.length; ) {
      for (const near = Math.min(json.length, at + NEAR_BYTES); at < near; ) {
        const byte = json[at++];
        if (byte === QUOTE) return at;
        if (byte === BACKSLASH) at++; // an escaped character does not end the string
      }
      at = Math.min(nextQuote(at), nextBackslash(at));
    }
    return json.length;
  };
}

/** Finds the next offset of a byte. Calls must not decrease `from`, so each byte of the text is searched only once. */
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
