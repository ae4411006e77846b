/** Smaller bodies are parsed at once: they take well under a millisecond. */
const LARGE_BODY_BYTES = 256 * 1024;

/** Runs `parse`, now or later. `fail` is called when it throws. */
type ParseWhenFree = (bytes: number, parse: () => void, fail: (error: unknown) => void) => void;

/**
 * Parses large bodies one at a time with a turn of the event loop in between. Parsing and validating one takes up to
 * 0.3 s; several that arrive together would otherwise block everybody else for their sum. `onFault` is called when
 * `fail` throws as well.
 */
export function createLargeBodyQueue(onFault: (error: unknown) => void): ParseWhenFree {
  const waiting: (() => void)[] = [];

  function next(): void {
    const run = waiting[0];
    if (!run) return;
    run();
    // The handler validates in microtasks right after the parse, before this runs.
    setImmediate(() => {
      waiting.shift();
      next();
    });
  }

  return function parseWhenFree(bytes, parse, fail) {
    /** Never throws: an error in an immediate would end the process, and no further body would be parsed. */
    function run(): void {
      try {
        parse();
      } catch (error) {
        failSafely(error);
      }
    }

    function failSafely(error: unknown): void {
      try {
        fail(error);
      } catch (fault) {
        onFault(fault);
      }
    }
    if (bytes <= LARGE_BODY_BYTES) return run();
    waiting.push(run);
    if (waiting.length === 1) next();
  };
}
