import { CreateImageCall } from './create-image.ts';
import { JobRef, ListQuery, StatusQuery } from './image-job.ts';
import { router, viewerProcedure } from './trpc.ts';

// `status` ignores `wait_seconds` in a batch: it is answered as a whole, and a long poll would delay its other calls.
const image = router({
  create: viewerProcedure
    .input(CreateImageCall)
    .mutation(({ ctx, input: { idempotency_key, ...request } }) =>
      ctx.images.create(ctx.viewer, request, { idempotency_key }),
    ),
  status: viewerProcedure
    .input(StatusQuery)
    .query(({ ctx, input, signal }) =>
      ctx.images.status(ctx.viewer, ctx.batchSize > 1 ? { ...input, wait_seconds: 0 } : input, { signal }),
    ),
  list: viewerProcedure.input(ListQuery.prefault({})).query(({ ctx, input }) => ctx.images.list(ctx.viewer, input)),
  cancel: viewerProcedure.input(JobRef).mutation(({ ctx, input }) => ctx.images.cancel(ctx.viewer, input)),
  models: viewerProcedure.query(({ ctx }) => ctx.images.models(ctx.viewer)),
  delete: viewerProcedure.input(JobRef).mutation(({ ctx, input }) => ctx.images.delete(ctx.viewer, input)),
});

/**
 * The tRPC API: `image.create`, `status`, `list`, `cancel`, `delete` and `models`. Every procedure needs a valid token. A failed
 * call has `ErrorDetails` in its `data`.
 */
export const appRouter = router({ image });
/** The type that a tRPC client needs. */
export type AppRouter = typeof appRouter;
