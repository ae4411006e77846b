import type { SharedParts } from './compose-shared.ts';
import type { Config } from './config.ts';
import { rpmByFamily, slotsByFamily } from './family-budgets.ts';
import { createAuthenticate } from './http/authenticate.ts';
import type { SignDevToken } from './http/dev-token.ts';
import type { SurfaceDeps } from './http/server.ts';
import { signToken } from './http/sign-token.ts';
import { createEstimates } from './job/estimate.ts';
import type { Family } from './job/model-family.ts';
import { createCreateJob } from './jobs/create-job.ts';
import { createImageService } from './jobs/image-service.ts';
import { createOpenFile } from './jobs/open-file.ts';
import { createPresentJob } from './jobs/present-job.ts';
import { createReferenceUrls } from './jobs/reference-urls.ts';
import { rememberJobs } from './jobs/remember-jobs.ts';
import { createSaveUpload } from './jobs/save-upload.ts';
import { createUserMutex } from './jobs/user-mutex.ts';
import { createJobWatcher, type JobWatcher } from './jobs/watch-job.ts';
import { describeModels } from './offered-models.ts';
import type { FamilyQueues } from './queue/queue.ts';

interface ApiParts {
  surfaces: SurfaceDeps;
  watcher: JobWatcher;
}

interface ApiDeps {
  queues: Pick<FamilyQueues, 'wake'>;
  isDraining(): boolean;
}

/** Builds what a process with `ROLE=api` or `all` needs: the operations, and what the API surfaces call them with. */
export function composeApi(shared: SharedParts, { queues, isDraining }: ApiDeps): ApiParts {
  const { config, log, clock, deployment, workers } = shared;
  const { store, uploads, files, fileTracker, deletions, imageProcessor, signer } = shared;

  const isShared = deployment.leaseMs !== null;
  const ownSlots = slotsByFamily(config);
  const countSlots = isShared ? workers.countSlots : async (family: Family) => ownSlots[family];
  const estimates = createEstimates({ store, countSlots, rpm: rpmByFamily(config), clock });
  // With other processes, a change is announced later than it is committed.
  const jobs = isShared ? null : rememberJobs(store);
  const watcher = createJobWatcher({ store: { ...store, ...(jobs && { getJob: jobs.getJob }) }, clock });
  const limits = {
    ratePerMinute: config.RATE_LIMIT_PER_MINUTE,
    userUploadBytes: config.USER_UPLOAD_BYTES,
    userDailyImages: config.USER_DAILY_IMAGES,
    dailyImages: config.DAILY_IMAGES,
    userDailyUnits: config.USER_DAILY_UNITS,
    dailyUnits: config.DAILY_UNITS,
    userActive: config.USER_ACTIVE_LIMIT,
    queue: config.QUEUE_LIMIT,
    queueTtlMs: config.QUEUE_TTL_MS,
  };
  const runExclusive = createUserMutex();
  const { images, recall } = createImageService({
    store,
    jobs,
    signer,
    fileTracker,
    async recordDeletion(userId, jobId) {
      const row = { job_id: jobId, user_id: userId, deleted_at: clock.now() };
      await deployment.deletedList
        ?.add(row)
        .catch((err: unknown) =>
          log.warn({ err, job_id: jobId }, 'deletion could not be recorded in deleted-jobs.log'),
        );
    },
    createJob: createCreateJob({
      store,
      uploads,
      files,
      fileTracker,
      imageProcessor,
      queues,
      estimates,
      limits,
      models: config.MODELS,
      runExclusive,
      clock,
      isDraining,
    }),
    saveUpload: createSaveUpload({ uploads, files, fileTracker, imageProcessor, signer, limits, runExclusive }),
    watcher,
    presentJob: createPresentJob({ store, signer, estimates }),
    referenceUrls: createReferenceUrls({ uploads, signer }),
    models: describeModels(config.MODELS),
  });
  const surfaces = {
    images,
    recall,
    openFile: createOpenFile({ files, deletions, signer, clock }),
    authenticate: createAuthenticate({
      key: config.jwtKey,
      issuer: config.JWT_ISSUER,
      audience: config.JWT_AUDIENCE,
      clock,
      log,
    }),
    signDevToken: developmentTokens(config),
  };
  return { surfaces, watcher };
}

/** Development tokens are issued only outside production, while listening on loopback, and with a shared JWT secret. */
function developmentTokens(config: Config): SignDevToken | null {
  const { isProduction, hostIsLoopback, jwtKey, JWT_ISSUER: iss, JWT_AUDIENCE: aud } = config;
  if (isProduction || !hostIsLoopback || jwtKey.kind !== 'secret') return null;
  return (ids) => signToken(jwtKey.secret, { ...ids, iss, aud });
}
