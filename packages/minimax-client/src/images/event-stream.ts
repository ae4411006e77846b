/** One event of a stream. `name` is its `event:` field, '' if it has none. */
export type StreamEvent =
  | { kind: 'event'; name: string; data: string }
  /** An event above the bound. Its content is dropped. */
  | { kind: 'oversized' };

/** Reads a stream of server-sent events that arrives in chunks of any size. */
export interface EventStreamParser {
  /** Returns the events that this chunk completes. */
  push(chunk: Uint8Array): StreamEvent[];
  /** Returns the event that the end of the stream completes: servers leave out the last blank line. */
  end(): StreamEvent[];
}

/**
 * Creates a parser of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), for any line
 * end, with or without a byte-order mark. Comments, `id` and `retry` are skipped. An event of more than `maxLength`
 * UTF-16 units is dropped without being held in memory.
 */
export function createEventStreamParser(maxLength: number): EventStreamParser {
  const decoder = new TextDecoder();
  /** The chunk before ended with CR: a line feed that follows belongs to the same line end. */
  let skipsLineFeed = false;
  let line = '';
  let name = '';
  let data: string[] = [];
  let length = 0;

  const isOversized = () => length > maxLength;

  function append(text: string): void {
    length += text.length;
    // One character is kept, so that the line does not count as blank.
    line = isOversized() ? (line + text).slice(0, 1) : line + text;
  }

  function endLine(): StreamEvent[] {
    const ended = line;
    line = '';
    if (ended === '') return dispatch();
    if (isOversized()) return [];
    const colon = ended.indexOf(':');
    const field = colon < 0 ? ended : ended.slice(0, colon);
    const value = colon < 0 ? '' : ended.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') name = value;
    if (field === 'data') data.push(value);
    return [];
  }

  function dispatch(): StreamEvent[] {
    const event: StreamEvent = isOversized() ? { kind: 'oversized' } : { kind: 'event', name, data: data.join('\n') };
    const isEmpty = !isOversized() && data.length === 0;
    name = '';
    data = [];
    length = 0;
    return isEmpty ? [] : [event];
  }

  function read(text: string): StreamEvent[] {
    if (text === '') return [];
    const events: StreamEvent[] = [];
    let start = skipsLineFeed && text.startsWith('\n') ? 1 : 0;
    skipsLineFeed = text.endsWith('\r');
    const rest = text.slice(start);
    const from = start;
    for (const lineEnd of rest.matchAll(/\r\n|\r|\n/g)) {
      append(text.slice(start, from + lineEnd.index));
      events.push(...endLine());
      start = from + lineEnd.index + lineEnd[0].length;
    }
    append(text.slice(start));
    return events;
  }

  return {
    push: (chunk) => read(decoder.decode(chunk, { stream: true })),
    end: () => [...read(decoder.decode()), ...(line === '' ? [] : endLine()), ...dispatch()],
  };
}
