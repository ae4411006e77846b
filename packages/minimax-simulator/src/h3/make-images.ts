import type { Call } from '../call-log.ts';
import type { Drawing } from '../drawing.ts';
import { imageFaultAt } from '../fault.ts';
import { corruptBytes } from '../image-faults.ts';
import type { ImageFormat } from '../image-links.ts';
import type { Draw } from '../image-store.ts';
import type { Latency } from '../latency.ts';
import { createRandom } from '../poster/random.ts';
import type { PublishImage } from '../publish-image.ts';
import type { Scenario } from '../scenario.ts';
import type { H3Fault } from './fault.ts';

/** One finished image, or one that was blocked. */
export type Outcome =
  | { kind: 'url'; index: number; url: string }
  | { kind: 'b64_json'; index: number; base64: string }
  | { kind: 'blocked'; index: number };

/** The images of one call. */
interface MakeImagesRequest {
  call: Call;
  n: number;
  responseFormat: 'url' | 'b64_json';
  drawing: Omit<Drawing, 'index' | 'mark'>;
  scenario: Scenario | undefined;
  fault: H3Fault | undefined;
}

interface MakeImagesDeps {
  latency: Latency;
  publishImage: PublishImage;
  draw: Draw;
  charge: (images: number) => void;
  /** Aborted when the simulator stops. */
  stopping: AbortSignal;
}

/**
 * Makes images one after the other, in the order in which they are finished, and charges each. It does not stop when
 * the client disconnects.
 */
export type MakeImages = (request: MakeImagesRequest) => AsyncGenerator<Outcome>;

export function createMakeImages({ latency, publishImage, draw, charge, stopping }: MakeImagesDeps): MakeImages {
  return async function* makeImages({ call, n, responseFormat, drawing, scenario, fault }) {
    const indexes = planIndexes(n, drawing.seed, fault);
    for (const [finished, index] of indexes.entries()) {
      await latency.wait(scenario, stopping, finished);
      if (stopping.aborted) return;
      if (isBlocked(fault, index)) {
        yield { kind: 'blocked', index };
        continue;
      }
      call.charged += 1;
      charge(1);
      yield await makeImage({ ...drawing, index, mark: `${call.id} ${index}` }, responseFormat, fault);
    }
    // Images that are not delivered take their time too.
    if (indexes.length < n) await latency.wait(scenario, stopping, indexes.length);
    else await latency.holdAfter(scenario, stopping, n);
  };

  async function makeImage(drawing: Drawing, format: 'url' | 'b64_json', fault: H3Fault | undefined): Promise<Outcome> {
    const { index } = drawing;
    const imageFault = imageFaultAt(fault, index);
    if (format === 'b64_json') {
      const bytes = corruptBytes(await draw(drawing), imageFault?.image);
      return { kind: 'b64_json', index, base64: bytes.toString('base64') };
    }
    const own = await publishImage(drawing, drawing.format satisfies ImageFormat, imageFault);
    const replaced = fault?.kind === 'image_url' && (fault.position ?? index) === index;
    return { kind: 'url', index, url: replaced ? fault.url : own };
  }
}

/** The indexes of the images that are made, in the order in which they are finished. */
function planIndexes(n: number, seed: number, fault: H3Fault | undefined): number[] {
  const indexes = Array.from({ length: n }, (_, index) => index);
  switch (fault?.kind) {
    case 'completion_order': {
      const first = [...new Set(fault.order)].filter((index) => index < n);
      return [...first, ...indexes.filter((index) => !first.includes(index))];
    }
    case 'fewer_images':
      return shuffle(indexes, seed).slice(0, fault.delivered);
    case 'stream_error':
      return shuffle(indexes, seed).slice(0, fault.after);
    default:
      return shuffle(indexes, seed);
  }
}

function shuffle(indexes: number[], seed: number): number[] {
  const random = createRandom(seed);
  return indexes
    .map((index) => ({ index, rank: random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ index }) => index);
}

function isBlocked(fault: H3Fault | undefined, index: number): boolean {
  return fault?.kind === 'blocked' && (fault.positions === undefined || fault.positions.includes(index));
}
