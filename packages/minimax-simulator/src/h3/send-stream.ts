import type { FastifyReply } from 'fastify';
import { type AnswerContext, completedEvent, errorEvent, type H3Event, outcomeEvent } from './answer.ts';
import { type EventStream, formatEnd, formatEvent, openEventStream } from './event-stream.ts';
import type { H3Fault } from './fault.ts';
import type { Outcome } from './make-images.ts';
import { oddEventText } from './odd-event.ts';

interface StreamPlan {
  n: number;
  fault: H3Fault | undefined;
  images: AsyncGenerator<Outcome>;
  /** Called when the whole event of an image was handed to the connection. */
  onSent(index: number): void;
}

/** Sends images as they are finished. Resolves after the last one, also if the client has gone before. */
export async function sendStream(
  reply: FastifyReply,
  context: AnswerContext,
  { n, fault, images, onSent }: StreamPlan,
): Promise<void> {
  const stream = openEventStream(reply, context.wire);
  const outcomes: Outcome[] = [];
  let isCut = false;
  if (fault?.kind === 'stream_cut' && fault.after === 0 && !fault.inEvent) isCut = await cut(stream, fault.how);

  for await (const outcome of images) {
    const event = outcomeEvent(context, outcome);
    if (!isCut && event) {
      if (fault?.kind === 'stream_cut' && fault.inEvent && fault.after === outcomes.length) {
        const text = formatEvent(event, context.wire);
        await stream.write(text.slice(0, text.length / 2));
        isCut = await cut(stream, fault.how);
      } else {
        const isSent = await stream.write(eventText(context, event, { outcome, sent: outcomes, n, fault }));
        if (isSent && outcome.kind === 'url') onSent(outcome.index);
      }
    }
    outcomes.push(outcome);
    if (!isCut && fault?.kind === 'stream_cut' && fault.after === outcomes.length && !fault.inEvent) {
      isCut = await cut(stream, fault.how);
    }
  }
  if (isCut) return;
  stream.end(lastText(context, fault, outcomes));
}

async function cut(stream: EventStream, how: 'reset' | 'close' | 'end' | 'silence'): Promise<true> {
  await stream.cut(how);
  return true;
}

/** The whole stream as one text. */
export async function streamText(
  context: AnswerContext,
  fault: H3Fault | undefined,
  images: AsyncGenerator<Outcome>,
): Promise<string> {
  const outcomes = await Array.fromAsync(images);
  const events = outcomes.flatMap((outcome) => outcomeEvent(context, outcome) ?? []);
  return events.map((event) => formatEvent(event, context.wire)).join('') + lastText(context, fault, outcomes);
}

interface Place {
  outcome: Outcome;
  /** What was sent before. */
  sent: Outcome[];
  n: number;
  fault: H3Fault | undefined;
}

function eventText(context: AnswerContext, event: H3Event, { outcome, sent, n, fault }: Place): string {
  if (fault?.kind !== 'odd_event' || fault.after !== sent.length) return formatEvent(event, context.wire);
  return oddEventText(context, event, { index: outcome.index, previousIndex: sent.at(-1)?.index, n, fault });
}

function lastText(context: AnswerContext, fault: H3Fault | undefined, outcomes: Outcome[]): string {
  const last =
    fault?.kind === 'stream_error' ? errorEvent(context, fault, outcomes) : completedEvent(context, outcomes);
  return formatEvent(last, context.wire) + formatEnd(context.wire);
}
