import { randomUUID } from 'node:crypto';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Call, CallLog } from './call-log.ts';
import type { DrawImages } from './draw-images.ts';
import { deliveredImages, type Fault, isTaken } from './fault.ts';
import { type AnsweredImages, createTraceId, errorAnswer, imagesAnswer } from './generation-answer.ts';
import { GenerationRequest } from './generation-request.ts';
import { corruptBytes, type ImageFaults } from './image-faults.ts';
import type { ImageLinks } from './image-links.ts';
import type { ImageStore } from './image-store.ts';
import type { Latency } from './latency.ts';
import type { RateLimit } from './rate-limit.ts';
import type { ScenarioQueue } from './scenario.ts';
import { sendAnswer } from './send-answer.ts';
import { resetConnection } from './transfer.ts';

/** Dependencies of `addGenerationRoute`. */
export interface GenerationRouteDeps {
  /** The only accepted key; undefined: any key. */
  apiKey: string | undefined;
  log: CallLog;
  scenarios: ScenarioQueue;
  latency: Latency;
  requestsPerMinute: RateLimit;
  drawImages: DrawImages;
  store: ImageStore;
  links: ImageLinks;
  imageFaults: ImageFaults;
  /** Origin of the links. A function, since it is known only after the server listens. */
  origin: () => string;
}

/** Adds `POST /v1/image_generation`. */
export function addGenerationRoute(app: FastifyInstance, deps: GenerationRouteDeps): void {
  const openCalls = new WeakMap<FastifyRequest, { call: Call; left: AbortSignal }>();

  app.post('/v1/image_generation', { onRequest: beginCall, errorHandler: refuseUnreadable }, async (request, reply) => {
    const open = openCalls.get(request);
    if (open) await answerCall(request, reply, open.call, open.left);
    return reply;
  });

  async function beginCall(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { call, close } = deps.log.open();
    const left = new AbortController();
    reply.raw.once('close', () => {
      close();
      left.abort();
    });
    openCalls.set(request, { call, left: left.signal });
    if (deps.scenarios.takeUnread()) {
      call.answer = 'reset';
      resetConnection(reply);
    }
  }

  async function answerCall(request: FastifyRequest, reply: FastifyReply, call: Call, left: AbortSignal) {
    const id = createTraceId();
    reply.header('Trace-Id', id);

    if (!isAuthorized(request.headers.authorization)) {
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
    if (!deps.requestsPerMinute.take()) {
      call.answer = 'rate_limited';
      return reply.send(errorAnswer(id, 1002));
    }

    const scenario = deps.scenarios.take(generation.prompt);
    const fault = scenario?.fault;
    call.accepted = fault === undefined || isTaken(fault);
    const drawing = deps.drawImages(generation, deliveredImages(fault, generation.n));
    const [jpegs] = await Promise.all([drawing, deps.latency.wait(scenario, left)]);
    if (jpegs === 'unreadable reference') {
      call.accepted = false;
      call.answer = 'invalid';
      return reply.send(errorAnswer(id, 2013, 'invalid params, subject_reference image cannot be decoded'));
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

  function isAuthorized(authorization: string | undefined): boolean {
    const key = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
    return key !== undefined && (deps.apiKey === undefined || key === deps.apiKey);
  }

  async function deliver(generation: GenerationRequest, jpegs: Buffer[], fault: Fault | undefined) {
    const faultOf = (position: number) => {
      if (fault?.kind !== 'image') return undefined;
      return fault.position === undefined || fault.position === position ? fault : undefined;
    };
    if (generation.response_format === 'base64') {
      const sent = jpegs.map((jpeg, position) => corruptBytes(jpeg, faultOf(position)?.image));
      return { image_base64: sent.map((bytes) => bytes.toString('base64')) };
    }
    const image_urls: string[] = [];
    for (const [position, jpeg] of jpegs.entries()) {
      const imageId = randomUUID();
      await deps.store.put(imageId, jpeg);
      const imageFault = faultOf(position);
      if (imageFault) deps.imageFaults.add(imageId, imageFault);
      image_urls.push(deps.origin() + deps.links.create(imageId));
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
