import sharp from 'sharp';
import { signToken } from '../../apps/api/src/http/sign-token.ts';
import { JWT_SECRET } from '../harness/api-environment.ts';
import { checkPictures } from './check-pictures.ts';
import type { Entry, Ledger } from './ledger.ts';
import { createPerson } from './person.ts';
import type { PlannedOrder } from './plan.ts';

interface Deps {
  url: string;
  ask: typeof fetch;
  ledger: Ledger;
  /** Ends all patience. */
  signal: AbortSignal;
}

/** Everybody who has ordered. */
export interface Crowd {
  /** Begins to carry out an order; whatever goes wrong with it is a breach in the ledger. */
  place(planned: PlannedOrder, prompt: string): void;
  /** Everybody has been told the end of their job, or has lost patience. */
  satisfied(): Promise<void>;
  /** Every key leads to its one job once more, and every picture opens. */
  visitAgain(): Promise<void>;
}

export async function createCrowd({ url, ask, ledger, signal }: Deps): Promise<Crowd> {
  const photograph = await drawPhotograph();
  const orders: { planned: PlannedOrder; entry: Entry; carriedOut: Promise<void> }[] = [];

  const personOf = ({ userId }: Entry) =>
    createPerson({ url, ask, token: signToken(JWT_SECRET, { user_id: userId }), ledger, photograph, signal });

  async function orBreach({ prompt }: Entry, work: Promise<void>): Promise<void> {
    await work.catch((error: unknown) => ledger.breaches.push(`${prompt}: ${error}`));
  }

  async function visit(planned: PlannedOrder, entry: Entry): Promise<void> {
    const person = personOf(entry);
    if (entry.key !== undefined) await person.repeat(planned, entry);
    const [jobId] = entry.jobIds;
    if (jobId === undefined) return;
    const job = await person.status(entry, jobId);
    if (job.status === 'COMPLETED') ledger.breaches.push(...(await checkPictures(job)));
  }

  return {
    place(planned, prompt) {
      const key = planned.hasKey ? prompt.replaceAll(' ', '-') : undefined;
      const entry = ledger.open({ prompt, userId: planned.userId, key });
      orders.push({ planned, entry, carriedOut: orBreach(entry, personOf(entry).carryOut(planned, entry)) });
    },
    async satisfied() {
      await Promise.all(orders.map((order) => order.carriedOut));
    },
    async visitAgain() {
      for (const { planned, entry } of orders)
        if (entry.deletion === 'none') await orBreach(entry, visit(planned, entry));
    },
  };
}

async function drawPhotograph(): Promise<string> {
  const create = { width: 64, height: 64, channels: 3, background: '#a86c4b' } as const;
  const png = await sharp({ create }).png().toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}
