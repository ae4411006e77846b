import type { ImageProvider, ProviderCall, ProviderImage, ProviderOutcome } from '../../src/provider/image-provider.ts';

export interface ScriptedProvider extends ImageProvider {
  /** Every call, in order. */
  calls: ProviderCall[];
  /** The outcomes of the next calls; the last one repeats. */
  outcomes: ProviderOutcome[];
  /** Runs while a call is in flight; `arrive` hands over an image of its answer, as a stream does. */
  onCall(arrive: (image: ProviderImage) => Promise<void>): Promise<void>;
}

const IDS = { traceId: 'trace', responseId: 'response' };
const FAILURE = { kind: 'scripted', code: 1002, message: 'as the test says', providerText: null };

export const answered: ProviderOutcome = { ...IDS, kind: 'answered', images: [{ url: 'http://images/a' }] };

export function notTaken(
  retryAfterMs: number | null = null,
  errorCode: 'provider_rate_limited' | 'provider_unavailable' = 'provider_rate_limited',
): ProviderOutcome {
  return { ...IDS, kind: 'not_taken', errorCode, retryAfterMs, failure: FAILURE };
}

export function failed(
  fields: Pick<Extract<ProviderOutcome, { kind: 'failed' }>, 'errorCode' | 'charged'>,
): ProviderOutcome {
  return { ...IDS, kind: 'failed', failure: FAILURE, ...fields };
}

export function createScriptedProvider(...outcomes: ProviderOutcome[]): ScriptedProvider {
  return {
    calls: [],
    outcomes,
    onCall: async () => {},
    async generate(call, { onImage } = {}) {
      const outcome = this.outcomes[Math.min(this.calls.length, this.outcomes.length - 1)] ?? answered;
      this.calls.push(call);
      await this.onCall(async (image) => onImage?.(image));
      return outcome;
    },
    readAnswer: async (recorded) => JSON.parse(Buffer.from(recorded.body).toString()),
  };
}
