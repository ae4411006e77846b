import type { Row } from './row.ts';
import { trpcStatus } from './rows/p2-trpc-status.ts';
import { restStatus } from './rows/p3-rest-status.ts';

/** In the order of the report. */
export const ROWS: readonly Row[] = [trpcStatus, restStatus];
