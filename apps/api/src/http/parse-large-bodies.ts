/** Smaller bodies are parsed at once: they take well under a millisecond. */
const LARGE_BODY_BYTES = 256 * 1024;

/**
 * Parses large bodies one at a time with a turn of the event loop in between. Parsing and validating one takes up to 0.3 s;
 * several that arrive together would otherwise block everybody else for their sum.
 */
export function createLargeBodyQueue(): (bytes: number, parse: () => void) => void {
  const waiting: (() => void)[] = [];

  function next(): void {
    const parse = waiting[0];
    if (!parse) return;
    try {
      parse();
    } finally {
      // The handler validates in microtasks right after the parse, before this runs.
      setImmediate(() => {
        waiting.shift();
        next();
      });
    }
  }

  return function parseWhenFree(bytes, parse) {
    if (bytes <= LARGE_BODY_BYTES) return parse();
    waiting.push(parse);
    if (waiting.length === 1) next();
  };
}
