import { randomUUID } from 'node:crypto';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Call, CallLog } from './call-log.ts';
import type { DrawPictures } from './draw-pictures.ts';
import { deliveredImages, type Fault, isTaken } from './fault.ts';
import { type AnsweredImages, createTraceId, errorAnswer, imagesAnswer } from './generation-answer.ts';
import { GenerationRequest } from './generation-request.ts';
import type { Pace } from './pace.ts';
import { corruptBytes, type PictureFaults } from './picture-faults.ts';
import type { PictureLinks } from './picture-links.ts';
import type { PictureShelf } from './picture-shelf.ts';
import type { RequestsPerMinute } from './requests-per-minute.ts';
import type { ScriptBook } from './script.ts';
import { sendAnswer } from './send-answer.ts';
import { resetConnection } from './transfer.ts';

/** Dependencies of `addGenerationRoute`. */
export interface GenerationRouteDeps {
  /** The only accepted key; undefined: any key. */
  apiKey: string | undefined;
  log: CallLog;
  scripts: ScriptBook;
  pace: Pace;
  requestsPerMinute: RequestsPerMinute;
  drawPictures: DrawPictures;
  shelf: PictureShelf;
  links: PictureLinks;
  pictureFaults: PictureFaults;
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
    if (deps.scripts.takeUnread()) {
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
    const order = parseOrder(request.body);
    if (typeof order === 'string') {
      call.answer = 'invalid';
      return reply.send(errorAnswer(id, 2013, `invalid params, ${order}`));
    }
    call.prompt = order.prompt;
    call.request = order;
    if (!deps.requestsPerMinute.take()) {
      call.answer = 'rate_limited';
      return reply.send(errorAnswer(id, 1002));
    }

    const script = deps.scripts.take(order.prompt);
    const fault = script?.fault;
    call.accepted = fault === undefined || isTaken(fault);
    const drawing = deps.drawPictures(order, deliveredImages(fault, order.n));
    const [pictures] = await Promise.all([drawing, deps.pace.wait(script, left)]);
    if (pictures === 'unreadable reference') {
      call.accepted = false;
      call.answer = 'invalid';
      return reply.send(errorAnswer(id, 2013, 'invalid params, subject_reference image cannot be decoded'));
    }
    call.answer = fault?.kind ?? 'images';
    const images = await deliver(order, pictures, fault);
    return sendAnswer(reply, fault, imagesAnswer(id, order.n, images));
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

  async function deliver(order: GenerationRequest, pictures: Buffer[], fault: Fault | undefined) {
    const faultOf = (position: number) => {
      if (fault?.kind !== 'picture') return undefined;
      return fault.position === undefined || fault.position === position ? fault : undefined;
    };
    if (order.response_format === 'base64') {
      const sent = pictures.map((jpeg, position) => corruptBytes(jpeg, faultOf(position)?.picture));
      return { image_base64: sent.map((bytes) => bytes.toString('base64')) };
    }
    const image_urls: string[] = [];
    for (const [position, jpeg] of pictures.entries()) {
      const pictureId = randomUUID();
      await deps.shelf.put(pictureId, jpeg);
      const pictureFault = faultOf(position);
      if (pictureFault) deps.pictureFaults.add(pictureId, pictureFault);
      image_urls.push(deps.origin() + deps.links.create(pictureId));
    }
    return { image_urls } satisfies AnsweredImages;
  }
}

/** The request, or a text that says why it is not valid. */
function parseOrder(body: unknown): GenerationRequest | string {
  const parsed = GenerationRequest.safeParse(body);
  if (parsed.success) return parsed.data;
  return parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`.trim()).join('; ');
}
