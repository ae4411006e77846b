/** What a JSON text may consist of, beside the bytes of its strings. */
export interface JsonBounds {
  /** Members of objects and items of lists, all levels together. */
  values: number;
  /** Objects and lists inside each other. */
  depth: number;
  /** Bytes outside strings: white space, numbers, punctuation. */
  bytesOutsideStrings: number;
}

/**
 * The largest order of the contract has some 20 values on 4 levels, a batch of 10 has 200. `JSON.parse` needs seconds and
 * gigabytes for a body of 16 MB that is made of keys or brackets, and milliseconds for one that is a single text.
 */
export const JSON_BOUNDS: JsonBounds = { values: 5_000, depth: 32, bytesOutsideStrings: 256 * 1024 };

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
  for (let at = 0; at < json.length; ) {
    if (++outside > bounds.bytesOutsideStrings) return false;
    switch (json[at++]) {
      case QUOTE:
        at = skipString(at);
        break;
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
    if (values > bounds.values || depth > bounds.depth) return false;
  }
  return true;
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
