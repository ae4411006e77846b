import type { Row } from './row.ts';
import { trpcStatus } from './rows/p2-trpc-status.ts';
import { restStatus } from './rows/p3-rest-status.ts';
import { createsOnSqlite } from './rows/p4-creates-sqlite.ts';
import { start } from './rows/p10-start.ts';
import { nextJob } from './rows/p13-next-job.ts';

/** In the order of the report. */
export const ROWS: readonly Row[] = [trpcStatus, restStatus, createsOnSqlite, start, nextJob];
