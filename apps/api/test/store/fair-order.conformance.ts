import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addJob, newStart, type OpenStores, type Stores, startNext } from './stores.ts';

type Move = { kind: 'create'; userId: string; laterMs: number } | { kind: 'start' };

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('create' as const),
        userId: fc.constantFrom('1', '2', '3', '10'),
        laterMs: fc.nat({ max: 2 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('start' as const) }) },
  ),
  { maxLength: 25 },
);

interface Waiting {
  jobId: string;
  userId: string;
  createdAt: number;
}

const byAge = (a: Waiting, b: Waiting) => a.createdAt - b.createdAt || (a.jobId < b.jobId ? -1 : 1);

/** A reference model of the rotation. */
class FairQueue {
  waiting: Waiting[] = [];
  /** Users in the order in which they were last served. */
  served: string[] = [];

  /** Users not yet served come first, ordered by their oldest job; then the user who was served longest ago. */
  #nextUser(): string | undefined {
    const users = [...new Set(this.waiting.map(({ userId }) => userId))];
    const oldest = (userId: string) => Math.min(...this.#jobsOf(userId).map(({ createdAt }) => createdAt));
    const [unserved] = users
      .filter((userId) => !this.served.includes(userId))
      .sort((a, b) => oldest(a) - oldest(b) || (a < b ? -1 : 1));
    return unserved ?? this.served.find((userId) => users.includes(userId));
  }

  #jobsOf(userId: string): Waiting[] {
    return this.waiting.filter((job) => job.userId === userId);
  }

  take(): Waiting | undefined {
    const userId = this.#nextUser();
    if (userId === undefined) return undefined;
    const [job] = this.#jobsOf(userId).sort(byAge);
    this.waiting = this.waiting.filter((other) => other !== job);
    this.served = [...this.served.filter((other) => other !== userId), userId];
    return job;
  }

  /** The order in which all waiting jobs would be taken if nothing changed. */
  plan(): string[] {
    const imagined = new FairQueue();
    imagined.waiting = [...this.waiting];
    imagined.served = [...this.served];
    const order: string[] = [];
    for (let job = imagined.take(); job; job = imagined.take()) order.push(job.jobId);
    return order;
  }
}

async function placesOf(stores: Stores, jobs: Waiting[]): Promise<Map<string, number>> {
  const positions = new Map<string, number>();
  for (const { jobId } of jobs) {
    const job = await stores.jobs.getJob(jobId);
    if (job) positions.set(jobId, await stores.jobs.countAhead(job));
  }
  return positions;
}

export function testFairOrder(open: OpenStores): void {
  test('starts jobs and reports positions as a simple model does', async () => {
    await fc.assert(
      fc.asyncProperty(moves, async (story) => {
        const stores = await open();
        const model = new FairQueue();
        for (const move of story) {
          if (move.kind === 'create') {
            stores.clock.advance(move.laterMs);
            model.waiting.push(await addJob(stores, { userId: move.userId }));
            continue;
          }
          const planned = model.plan();
          expect(await placesOf(stores, model.waiting)).toEqual(new Map(byPlace(model, planned)));
          const outcome = await stores.jobs.startNextCall(newStart());
          expect(outcome.kind === 'started' ? outcome.job.jobId : undefined).toBe(planned[0]);
          model.take();
        }
      }),
      { numRuns: 25 },
    );
  });

  test('starts the only job of a user before the many of another', async () => {
    const stores = await open();
    for (let i = 0; i < 20; i++) await addJob(stores, { userId: '1' });
    await startNext(stores);
    stores.clock.advance(1);
    const late = await addJob(stores, { userId: '2' });
    expect(await stores.jobs.countAhead(late)).toBe(0);
    expect((await startNext(stores)).job.jobId).toBe(late.jobId);
  });

  test('starts a job of the least recently served user next, even the newest job', async () => {
    const stores = await open();
    for (const userId of ['1', '1', '1', '1', '2']) await addJob(stores, { userId });
    for (const userId of ['1', '2', '1']) expect((await startNext(stores)).job.userId).toBe(userId);
    stores.clock.advance(1);
    await addJob(stores, { userId: '2' });
    expect((await startNext(stores)).job.userId).toBe('2');
  });

  test('keeps the rotation over a restart', async () => {
    const stores = await open();
    for (const userId of ['1', '1', '2', '2']) await addJob(stores, { userId });
    const first = (await startNext(stores)).job.userId;
    const reopened = await stores.reopen();
    expect((await startNext(reopened)).job.userId).not.toBe(first);
  });

  test('leaves jobs that waited too long to expiry', async () => {
    const stores = await open();
    await addJob(stores, { userId: '1' });
    stores.clock.advance(10);
    const young = await addJob(stores, { userId: '2' });
    const started = await stores.jobs.startNextCall(newStart({ maxWaitMs: 9 }));
    expect(started).toMatchObject({ kind: 'started', job: { jobId: young.jobId } });
    expect(await stores.jobs.startNextCall(newStart({ maxWaitMs: 9 }))).toMatchObject({ kind: 'idle' });
  });
}

function byPlace(model: FairQueue, planned: string[]): [string, number][] {
  return model.waiting.map(({ jobId }) => [jobId, planned.indexOf(jobId)]);
}
