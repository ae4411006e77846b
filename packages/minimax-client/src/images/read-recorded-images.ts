import { explainFault } from '../http/explain-fault.ts';
import { AnswerHead, type RecordedAnswer } from '../http/recorded-answer.ts';
import { type AnswerBounds, type AnswerReader, createAnswerReader } from './answer-reader.ts';
import type { ImagesResult } from './answer-state.ts';

/**
 * Reads an answer that this process or an earlier one recorded, complete or cut, to a request for `n` images. Resolves
 * or rejects as the call would have, had its answer ended there.
 */
export async function readRecordedImages(
  recorded: RecordedAnswer,
  n: number,
  bounds: AnswerBounds,
): Promise<ImagesResult> {
  const head = AnswerHead.parse(recorded.head);
  const reader = createAnswerReader(head, n, bounds);
  const fault = await readAll(reader, recorded.body).then(
    () => null,
    (error: unknown) => explainFault(error, 'fault', { host: head.host, wasConnected: true, isSent: true }),
  );
  return reader.finish(fault);
}

async function readAll(reader: AnswerReader, body: Uint8Array): Promise<void> {
  for (const _ of reader.push(body));
  for (const _ of await reader.end());
}
