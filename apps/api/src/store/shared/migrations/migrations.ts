import type { Migration } from 'kysely/migration';
import { type Dialect, jobs } from './0001-jobs.ts';
import * as pings from './0002-pings.ts';
import * as workers from './0003-workers.ts';
import * as jobLists from './0004-job-lists.ts';
import * as deletions from './0005-deletions.ts';
import * as uploadsByUser from './0006-uploads-by-user.ts';
import * as modelFamilies from './0007-model-families.ts';
import * as jobUploads from './0008-job-uploads.ts';
import * as usageIds from './0009-usage-ids.ts';
import * as usageUnits from './0010-usage-units.ts';
import * as canceledImages from './0011-canceled-images.ts';
import { waitingUsers } from './0012-waiting-users.ts';
import * as attemptsOfFamily from './0013-attempts-of-a-family.ts';

/** All schema migrations, in order; both databases share one history. */
export function createMigrations(dialect: Dialect): Record<string, Migration> {
  return {
    '0001-jobs': jobs(dialect),
    '0002-pings': pings,
    '0003-workers': workers,
    '0004-job-lists': jobLists,
    '0005-deletions': deletions,
    '0006-uploads-by-user': uploadsByUser,
    '0007-model-families': modelFamilies,
    '0008-job-uploads': jobUploads,
    '0009-usage-ids': usageIds,
    '0010-usage-units': usageUnits,
    '0011-canceled-images': canceledImages,
    '0012-waiting-users': waitingUsers(dialect),
    '0013-attempts-of-a-family': attemptsOfFamily,
  };
}
