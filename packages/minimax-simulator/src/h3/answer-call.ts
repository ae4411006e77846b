import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Balance } from '../balance.ts';
import type { Call } from '../call-log.ts';
import { scaledSize } from '../draw.ts';
import { isH3Fault } from '../fault.ts';
import type { Latency } from '../latency.ts';
import type { OpenCalls } from '../open-calls.ts';
import type { RateLimit } from '../rate-limit.ts';
import type { ScenarioQueue } from '../scenario.ts';
import { isResponseFault } from '../send-shared-fault.ts';
import { createTraceId } from '../trace-id.ts';
import { sendInterim } from '../transfer.ts';
import { type AnswerContext, imagesBody } from './answer.ts';
import { isH3Accepted } from './fault.ts';
import { imageSize } from './image-size.ts';
import type { MakeImages } from './make-images.ts';
import { planDrawing } from './plan-drawing.ts';
import { receiveCall } from './receive-call.ts';
import type { H3Endpoint } from './request.ts';
import { sendStream, streamText } from './send-stream.ts';
import { sendError, sendWhole } from './send-whole.ts';
import { countUsage } from './usage.ts';
import { changeWire, type H3Wire } from './wire.ts';

/** Dependencies of the H3 endpoints. */
export interface AnswerCallDeps {
  /** The only accepted key; undefined: any key. */
  apiKey: string | undefined;
  wire: H3Wire;
  openCalls: OpenCalls;
  scenarios: ScenarioQueue;
  latency: Latency;
  rateLimit: RateLimit;
  balance: Balance;
  makeImages: MakeImages;
  style: 'poster' | 'plain';
  /** Factor on the sides of each image that is drawn. */
  scale: number;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Aborted when the simulator stops. */
  stopping: AbortSignal;
}

interface HttpCall {
  request: FastifyRequest;
  reply: FastifyReply;
  call: Call;
}

/** Answers one call, as scripted. Resolves when all of its images are made, also if the client has gone before. */
export async function answerCall(deps: AnswerCallDeps, endpoint: H3Endpoint, http: HttpCall): Promise<void> {
  const { reply, call } = http;
  const requestId = createTraceId();
  call.id = requestId;
  const planned = deps.scenarios.find(promptOf(http.request.body), isH3Fault);
  const wire = changeWire(deps.wire, planned?.scenario.h3Wire);
  const received = await receiveCall({ ...deps, wire }, endpoint, http.request, call);
  if ('refused' in received) {
    call.answer = received.refused;
    sendError(reply, received.error, requestId, wire);
    return;
  }
  const { request, references, inspected } = received;
  const { n = 1 } = request;
  const { scenario, fault } = deps.scenarios.take(request.prompt, isH3Fault) ?? {};
  call.accepted = isH3Accepted(fault);

  if (fault?.kind === 'error') {
    await deps.latency.wait(scenario, deps.stopping);
    call.charged = Math.min(fault.charged, n);
    deps.balance.spend(call.charged);
    call.answer = fault.kind;
    sendError(reply, fault, requestId, wire);
    return;
  }
  if (fault && !call.accepted) {
    await deps.latency.wait(scenario, deps.stopping);
    call.answer = fault.kind;
    await sendWhole(reply, fault, { requestId, body: {} });
    return;
  }

  const size = imageSize(
    request,
    inspected.find((reference) => reference.kind === 'data'),
  );
  const images = deps.makeImages({
    call,
    n,
    responseFormat: request.stream ? 'url' : (request.response_format ?? wire.defaultResponseFormat),
    drawing: await planDrawing(request, references, size, deps.style),
    scenario,
    fault,
  });
  const context: AnswerContext = {
    requestId,
    endpoint,
    model: request.model,
    size: scaledSize(size, deps.scale),
    wire,
    nowS: () => Math.floor(deps.now() / 1000),
    usageOf: (count) => countUsage(request.prompt, inspected, size, count),
  };
  if (fault?.kind === 'interim') await sendInterim(reply, fault.statuses, fault.inPieces);
  const isStream = request.stream === true && fault?.kind !== 'json_for_stream';
  if (isStream && fault?.kind !== 'base_resp' && !(fault && isResponseFault(fault))) {
    const onSent = (index: number) => call.h3?.sent.push({ index, at: deps.now() });
    await sendStream(reply, context, { n, fault, images, onSent });
    call.answer = fault?.kind ?? 'images';
    return;
  }
  if (fault?.kind === 'stream_error') {
    await Array.fromAsync(images);
    call.answer = fault.kind;
    sendError(reply, fault, requestId, wire);
    return;
  }
  const body = isStream ? await streamText(context, fault, images) : imagesBody(context, await Array.fromAsync(images));
  call.answer = fault?.kind ?? 'images';
  await sendWhole(reply, fault, { requestId, body });
}

/** The prompt of a body that is not checked yet. A refused call uses up no scenario, but has its switches. */
function promptOf(body: unknown): string {
  return body instanceof Object && 'prompt' in body && typeof body.prompt === 'string' ? body.prompt : '';
}
