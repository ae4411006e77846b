import type { AnswerContext, H3Event } from './answer.ts';
import { formatEvent } from './event-stream.ts';
import type { H3Fault } from './fault.ts';

interface OddPlace {
  index: number;
  /** Undefined for the first event. */
  previousIndex: number | undefined;
  /** Number of images requested. */
  n: number;
  fault: Extract<H3Fault, { kind: 'odd_event' }>;
}

/** The event of an image, with something wrong. */
export function oddEventText(
  { wire }: AnswerContext,
  event: H3Event,
  { index, previousIndex = 1, n, fault }: OddPlace,
): string {
  switch (fault.oddity) {
    case 'repeated':
      return formatEvent(event, wire).repeat(2);
    case 'duplicate_index':
      return formatEvent({ ...event, image_index: previousIndex }, wire);
    case 'index_beyond_n':
      return formatEvent({ ...event, image_index: n + index }, wire);
    case 'malformed_json': {
      const json = JSON.stringify(event);
      return formatEvent(event, wire, json.slice(0, json.length / 2));
    }
    case 'giant':
      return formatEvent({ ...event, padding: ' '.repeat(fault.bytes) }, wire);
    case 'unknown_type':
      return formatEvent({ ...event, type: `${event.type}.preview` }, wire) + formatEvent(event, wire);
    case 'no_url':
      return formatEvent({ ...event, [wire.urlKey]: undefined }, wire);
  }
}
