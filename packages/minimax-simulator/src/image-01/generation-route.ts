import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isAuthorized } from '../authorization.ts';
import type { Balance } from '../balance.ts';
import type { Call } from '../call-log.ts';
import { imageFaultAt, isImage01Fault } from '../fault.ts';
import { corruptBytes } from '../image-faults.ts';
import type { Latency } from '../latency.ts';
import type { OpenCalls } from '../open-calls.ts';
import type { PublishImage } from '../publish-image.ts';
import type { RateLimit } from '../rate-limit.ts';
import type { ScenarioQueue } from '../scenario.ts';
import { createTraceId } from '../trace-id.ts';
import type { DrawImages } from './draw-images.ts';
import { deliveredImages, type Image01Fault, isImage01Accepted } from './fault.ts';
import { type AnsweredImages, errorAnswer, imagesAnswer } from './generation-answer.ts';
import { GenerationRequest } from './generation-request.ts';
import { sendAnswer } from './send-answer.ts';

/** Dependencies of `addGenerationRoute`. */
export interface GenerationRouteDeps {
  /** The only accepted key; undefined: any key. */
  apiKey: string | undefined;
  openCalls: OpenCalls;
  scenarios: ScenarioQueue;
  latency: Latency;
  rateLimit: RateLimit;
  balance: Balance;
  drawImages: DrawImages;
  publishImage: PublishImage;
}

/** Adds `POST /v1/image_generation`. */
export function addGenerationRoute(app: FastifyInstance, deps: GenerationRouteDeps): void {
  const path = '/v1/image_generation';
  const { openCalls } = deps;

  app.post(path, { onRequest: openCalls.begin(path), errorHandler: refuseUnreadable }, async (request, reply) => {
    const open = openCalls.get(request);
    if (open) await answerCall(request, reply, open.call, open.left);
    return reply;
  });

  async function answerCall(request: FastifyRequest, reply: FastifyReply, call: Call, left: AbortSignal) {
    const id = createTraceId();
    reply.header('Trace-Id', id);
    call.id = id;

    if (!isAuthorized(request.headers.authorization, deps.apiKey)) {
      call.answer = 'unauthorized';
      return reply.send(errorAnswer(id, 1004));
    }
    const generation = parseGeneration(request.body);
    if (typeof generation === 'string') {
      call.answer = 'invalid';
      return reply.send(errorAnswer(id, 2013, `invalid params, ${generation}`));
    }
    call.prompt = generation.prompt;
    call.request = generation;
    if (!deps.rateLimit.take()) {
      call.answer = 'rate_limited';
      return reply.send(errorAnswer(id, 1002));
    }
    if (!deps.balance.covers(generation.n)) {
      call.answer = 'no_balance';
      return reply.send(errorAnswer(id, 1008));
    }

    const { scenario, fault } = deps.scenarios.take(generation.prompt, isImage01Fault) ?? {};
    call.accepted = fault === undefined || isImage01Accepted(fault);
    const drawing = deps.drawImages(generation, deliveredImages(fault, generation.n));
    const [jpegs] = await Promise.all([drawing, deps.latency.wait(scenario, left)]);
    if (jpegs === 'unreadable reference') {
      call.accepted = false;
      call.answer = 'invalid';
      return reply.send(errorAnswer(id, 2013, 'invalid params, subject_reference image cannot be decoded'));
    }
    if (call.accepted) {
      call.charged = fault?.kind === 'fewer_images' ? jpegs.length : generation.n;
      deps.balance.spend(call.charged);
    }
    call.answer = fault?.kind ?? 'images';
    const images = await deliver(generation, jpegs, fault);
    return sendAnswer(reply, fault, imagesAnswer(id, generation.n, images));
  }

  /** Error handler for bodies that are not JSON or too large: they never reach the route handler. */
  function refuseUnreadable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
    const id = createTraceId();
    const { statusCode = 500 } = error;
    if (statusCode >= 500) return void reply.code(500).send(errorAnswer(id, 1000, `simulator: ${error.message}`));
    const open = openCalls.get(request);
    if (open) open.call.answer = 'invalid';
    reply.code(statusCode === 413 ? 413 : 200).send(errorAnswer(id, 2013, 'invalid params, body'));
  }

  async function deliver(generation: GenerationRequest, jpegs: Buffer[], fault: Image01Fault | undefined) {
    if (generation.response_format === 'base64') {
      const sent = jpegs.map((jpeg, position) => corruptBytes(jpeg, imageFaultAt(fault, position)?.image));
      return { image_base64: sent.map((bytes) => bytes.toString('base64')) };
    }
    const image_urls: string[] = [];
    for (const [position, jpeg] of jpegs.entries()) {
      image_urls.push(await deps.publishImage(jpeg, 'jpeg', imageFaultAt(fault, position)));
    }
    return { image_urls } satisfies AnsweredImages;
  }
}

/** The request, or a text that says why it is not valid. */
function parseGeneration(body: unknown): GenerationRequest | string {
  const parsed = GenerationRequest.safeParse(body);
  if (parsed.success) return parsed.data;
  return parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`.trim()).join('; ');
}
