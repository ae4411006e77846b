import { JOB_ERROR_CODES } from '@darkroom/contracts';
import { beforeEach, expect, test } from 'vitest';
import { familyOf } from '../../src/job/model-family.ts';
import type { ImageProvider, ProviderCall, ProviderOutcome } from '../../src/provider/image-provider.ts';

/** How the next call ends; `images`: with all images. */
type CallEnd = 'images' | 'lost_connection' | 'rate_limited' | 'rejected' | 'no_images';

/** A provider, and the service behind it. */
export interface ProviderHarness {
  provider: ImageProvider;
  /** A call for 2 images. */
  call: ProviderCall;
  endNextCall(end: CallEnd): void;
  /** Calls that the service received. */
  receivedCalls(): number;
}

/** What every `ImageProvider` promises. Retries of paid calls, and what users read about charges, rely on it. */
export function testImageProvider(open: () => ProviderHarness): void {
  let harness: ProviderHarness;
  beforeEach(() => {
    harness = open();
  });

  async function generate(end: CallEnd): Promise<ProviderOutcome> {
    harness.endNextCall(end);
    return harness.provider.generate(harness.call);
  }

  test('returns the images that were requested, each with a place of its own', async () => {
    const outcome = await generate('images');
    const images = outcome.kind === 'answered' ? outcome.images : [];
    expect(images).toHaveLength(2);
    expect(new Set(images.map(({ index }, place) => index ?? place))).toEqual(new Set([0, 1]));
    for (const image of images) expect('url' in image ? URL.canParse(image.url) : image.bytes.length > 0).toBe(true);
  });

  test.each(['images', 'lost_connection', 'rate_limited', 'rejected', 'no_images'] as const)(
    'makes one call, however it ends: %s',
    async (end) => {
      await generate(end);
      expect(harness.receivedCalls()).toBe(1);
    },
  );

  test.each(['lost_connection', 'no_images'] as const)('does not call a job free after %s', async (end) => {
    expect(await generate(end)).toMatchObject({ kind: 'failed', charged: 'unknown' });
  });

  test('says that a rejected call was not charged, and that it is not to be retried', async () => {
    expect(await generate('rejected')).toMatchObject({ kind: 'failed', charged: 'no' });
  });

  test('says that a call beyond the rate limit was not accepted, and when it may be retried', async () => {
    expect(await generate('rate_limited')).toMatchObject({ kind: 'not_taken', retryAfterMs: 7_000 });
  });

  test.each(['lost_connection', 'rate_limited', 'rejected', 'no_images'] as const)(
    'explains the failure to the operator, and to the user by a code of the table: %s',
    async (end) => {
      const outcome = await generate(end);
      if (outcome.kind === 'answered') throw new Error('the call succeeded');
      expect(JOB_ERROR_CODES).toContain(outcome.errorCode);
      expect(outcome.failure).toMatchObject({
        kind: expect.stringMatching(/\w/),
        message: expect.stringMatching(/\w/),
      });
    },
  );

  test('derives from a recorded answer the outcome that its call had', async () => {
    const chunks: Uint8Array[] = [];
    let head: unknown;
    let isWhole = false;
    const recorder = {
      async begin(given: object) {
        head = JSON.parse(JSON.stringify(given));
      },
      write: async (chunk: Uint8Array) => void chunks.push(Buffer.from(chunk)),
      async end() {
        isWhole = true;
      },
    };
    const { provider, call } = harness;
    const outcome = await provider.generate(call, { recorder });
    expect(isWhole).toBe(true);
    const asked = { family: familyOf(call.request.model), imagesMax: 2 };
    expect(await provider.readAnswer({ head, body: Buffer.concat(chunks) }, asked)).toEqual(outcome);
  });

  test('rejects a record that it did not write', async () => {
    const asked = { family: familyOf(harness.call.request.model), imagesMax: 2 };
    const record = { head: { unknown: true }, body: Buffer.from('not an answer') };
    await expect(harness.provider.readAnswer(record, asked)).rejects.toThrow();
  });
}
