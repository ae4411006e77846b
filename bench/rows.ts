import type { Row } from './row.ts';
import { followedJob } from './rows/p1-followed-job.ts';
import { trpcStatus } from './rows/p2-trpc-status.ts';
import { restStatus } from './rows/p3-rest-status.ts';
import { createsOnSqlite } from './rows/p4-creates-sqlite.ts';
import { images } from './rows/p5-images.ts';
import { imageMemory } from './rows/p6-image-memory.ts';
import { heldPolls } from './rows/p7-held-polls.ts';
import { millionJobs } from './rows/p8-million-jobs.ts';
import { twoWorkers } from './rows/p9-two-workers.ts';
import { start } from './rows/p10-start.ts';
import { bundles } from './rows/p11-bundles.ts';
import { createsOnPostgres } from './rows/p12-creates-postgres.ts';
import { nextJob } from './rows/p13-next-job.ts';
import { idleStatements } from './rows/p14-idle-statements.ts';
import { testDurations } from './rows/p15-test-durations.ts';

/** In the order of the report. */
export const ROWS: readonly Row[] = [
  followedJob,
  trpcStatus,
  restStatus,
  createsOnSqlite,
  images,
  imageMemory,
  heldPolls,
  millionJobs,
  twoWorkers,
  start,
  bundles,
  createsOnPostgres,
  nextJob,
  idleStatements,
  testDurations,
];
