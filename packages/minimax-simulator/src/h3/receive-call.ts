import type { FastifyRequest } from 'fastify';
import { isAuthorized } from '../authorization.ts';
import type { Balance } from '../balance.ts';
import type { Call } from '../call-log.ts';
import type { RateLimit } from '../rate-limit.ts';
import type { H3Error } from './errors.ts';
import { type H3Reference, inspectReference } from './inspect-reference.ts';
import { type H3Endpoint, type H3Request, parseRequest } from './request.ts';
import type { H3Wire } from './wire.ts';

/** A call that the provider takes. */
export interface ReceivedCall {
  request: H3Request;
  /** As they were sent: data URLs and public URLs. */
  references: string[];
  inspected: H3Reference[];
}

/** A call that is refused, and what the log says of it. */
interface Refusal {
  refused: 'unauthorized' | 'invalid' | 'rate_limited' | 'no_balance';
  error: H3Error & { retryAfterS?: number };
}

interface ReceiveCallDeps {
  apiKey: string | undefined;
  wire: H3Wire;
  rateLimit: RateLimit;
  balance: Balance;
}

/** Checks a call in MiniMax's order: key, parameters, rate limit, balance. Records what was sent in `call`. */
export async function receiveCall(
  { apiKey, wire, rateLimit, balance }: ReceiveCallDeps,
  endpoint: H3Endpoint,
  { headers, body }: FastifyRequest,
  call: Call,
): Promise<ReceivedCall | Refusal> {
  if (!isAuthorized(headers.authorization, apiKey)) return { refused: 'unauthorized', error: { status: 401 } };
  const parsed = parseRequest(endpoint, body, wire);
  if ('message' in parsed) return invalid(parsed.param, parsed.message);
  const { request, references } = parsed;
  const inspected: H3Reference[] = [];
  // Sequential: 16 references must not be decoded at the same time.
  for (const [index, reference] of references.entries()) {
    const found = await inspectReference(reference);
    if ('message' in found) return invalid(`images.${index}`, found.message);
    inspected.push(found);
  }
  call.prompt = request.prompt;
  call.h3 = { request, references: inspected, sent: [] };
  if (!rateLimit.take()) {
    const retryAfterS = Math.ceil(rateLimit.waitMs() / 1000);
    return { refused: 'rate_limited', error: { status: 429, retryAfterS } };
  }
  if (!balance.covers(request.n ?? 1)) return { refused: 'no_balance', error: { status: 402 } };
  return { request, references, inspected };
}

function invalid(param: string, message: string): Refusal {
  return { refused: 'invalid', error: { status: 400, param, message: `invalid params, ${param} ${message}` } };
}
