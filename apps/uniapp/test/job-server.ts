import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CreateImage, ImageError, type ImageJob, type ImageService } from '@darkroom/contracts';
import { type AppRouter, appRouter } from '@darkroom/contracts/router';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';

/** The contract's router over loopback HTTP, with jobs in memory. What it does not need it refuses. */
export async function startJobServer() {
  const jobs = new Map<string, ImageJob>();
  const jobIds = new Map<string, string>();
  const heldPolls = new Set<() => void>();
  /** How often a request arrived, the same one repeated included. */
  let arrivals = 0;
  let isAnswering = true;
  let isListing = true;
  let nextListing = Promise.resolve();

  const images: Pick<ImageService, 'create' | 'status' | 'cancel' | 'list' | 'delete'> = {
    async create(_viewer, request, { idempotency_key = '' }) {
      arrivals++;
      const job = known(jobIds.get(idempotency_key)) ?? pending(request);
      jobs.set(job.job_id, job);
      jobIds.set(idempotency_key, job.job_id);
      if (!isAnswering) await new Promise(() => {});
      return job;
    },
    async status(_viewer, { job_id, wait_seconds, after_version = 0 }, { signal }) {
      const job = known(job_id);
      if (!job) throw new ImageError('job_not_found');
      if (wait_seconds === 0 || job.version > after_version) return job;
      await new Promise<void>((resolve) => {
        const release = () => {
          heldPolls.delete(release);
          resolve();
        };
        heldPolls.add(release);
        signal?.addEventListener('abort', release);
      });
      return job;
    },
    async cancel(_viewer, { job_id }) {
      const job = known(job_id);
      if (!job) throw new ImageError('job_not_found');
      return save(failed(job));
    },
    async list(_viewer, { status, limit, cursor }) {
      const gate = nextListing;
      nextListing = Promise.resolve();
      await gate;
      if (!isListing) throw new ImageError('unavailable');
      const matching = [...jobs.values()].filter((job) => status === undefined || job.status === status).reverse();
      const from = Number(cursor ?? 0);
      const next_cursor = from + limit < matching.length ? String(from + limit) : null;
      return { jobs: matching.slice(from, from + limit), next_cursor };
    },
    async delete(_viewer, { job_id }) {
      if (!isListing) throw new ImageError('unavailable');
      if (!jobs.delete(job_id)) throw new ImageError('job_not_found');
      return { job_id };
    },
  };
  const known = (jobId: string | undefined) => (jobId === undefined ? undefined : jobs.get(jobId));
  function save(job: ImageJob): ImageJob {
    jobs.set(job.job_id, job);
    return job;
  }

  const handler = createHTTPHandler<AppRouter>({
    router: appRouter,
    basePath: '/trpc/',
    createContext: () => ({
      viewer: { user_id: '1', star_id: null },
      // The rest of the service is never called here.
      images: images as ImageService,
      batchSize: 1,
    }),
  });
  let requests = 0;
  const server = createServer(handler).on('request', () => requests++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one

  return {
    origin: `http://127.0.0.1:${port}`,
    jobs,
    arrivals: () => arrivals,
    heldPolls: () => heldPolls.size,
    /** Answers every held poll with its job as it was when it was asked for. */
    releaseHeldPolls() {
      for (const release of [...heldPolls]) release();
    },
    answer(on: boolean) {
      isAnswering = on;
    },
    /** How often anything was asked. */
    requests: () => requests,
    /** The next list is answered when this resolves. */
    holdNextListing(gate: Promise<void>) {
      nextListing = gate;
    },
    /** Whether jobs can be listed and deleted. */
    list(on: boolean) {
      isListing = on;
    },
    /** A job that was not created on this device. */
    add: (prompt: string) => save(pending({ model: 'image-01', prompt, n: 1 })),
    end: (job: ImageJob) => save(failed(job)),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const base = (request: CreateImage) => ({
  job_id: crypto.randomUUID(),
  user_id: '1',
  star_id: null,
  created_at: '2026-11-22T10:00:00.000Z',
  updated_at: '2026-11-22T10:00:00.000Z',
  request,
});

function pending(request: CreateImage): ImageJob {
  const following = { poll_after_ms: 0, eta_seconds: null, queue_position: 1 };
  return { ...base(request), ...following, version: 1, status: 'PENDING', progress: 0 };
}

function failed({ job_id, request, version }: ImageJob): ImageJob {
  return {
    ...base(request),
    job_id,
    version: version + 1,
    status: 'FAILED',
    progress: 0,
    completed_at: '2026-11-22T10:00:01.000Z',
    error_code: 'canceled',
    error_msg: '任务已取消',
    retryable: true,
    charged: 'no',
  };
}
