import type { Row } from './row.ts';
import { trpcStatus } from './rows/p2-trpc-status.ts';
import { restStatus } from './rows/p3-rest-status.ts';
import { createsOnSqlite } from './rows/p4-creates-sqlite.ts';
import { images } from './rows/p5-images.ts';
import { imageMemory } from './rows/p6-image-memory.ts';
import { heldPolls } from './rows/p7-held-polls.ts';
import { twoWorkers } from './rows/p9-two-workers.ts';
import { start } from './rows/p10-start.ts';
import { createsOnPostgres } from './rows/p12-creates-postgres.ts';
import { nextJob } from './rows/p13-next-job.ts';
import { idleStatements } from './rows/p14-idle-statements.ts';

/** In the order of the report. */
export const ROWS: readonly Row[] = [
  trpcStatus,
  restStatus,
  createsOnSqlite,
  images,
  imageMemory,
  heldPolls,
  twoWorkers,
  start,
  createsOnPostgres,
  nextJob,
  idleStatements,
];
