import { expect, test } from 'vitest';
import { createImageService } from '../../src/jobs/image-service.ts';
import { createPresentJob } from '../../src/jobs/present-job.ts';
import { openSqliteStores } from '../store/open-sqlite-stores.ts';
import { addJob } from '../store/stores.ts';
import { buildFileTracker } from './build-file-tracker.ts';

const viewer = { user_id: '1', star_id: null };
const unused = () => Promise.reject(new Error('not used by a list'));

test('a page of waiting jobs shows the position of each, and reads them together', async () => {
  const stores = await openSqliteStores();
  const { jobs, clock } = stores;
  const reads: number[] = [];
  const store = {
    ...jobs,
    countAhead: unused,
    countAheadOfEach: async (page: Parameters<typeof jobs.countAheadOfEach>[0]) => {
      reads.push(page.length);
      return jobs.countAheadOfEach(page);
    },
  };
  const signer = { sign: () => ({ url: '', expiresAt: new Date(0) }), nextLinkAt: () => 0 };
  const estimates = { typicalCallMs: async () => 1, waiting: async () => () => 0, retrying: async () => 0 };
  const { images } = createImageService({
    ...{ store, jobs: null, signer, createJob: unused, saveUpload: unused, models: { models: [] } },
    fileTracker: buildFileTracker(stores, { delete: unused }),
    watcher: { watch: unused, release: () => {} },
    presentJob: createPresentJob({ store, signer, estimates }),
    referenceUrls: async (requests) => requests.map(() => []),
  });
  for (const userId of ['2', '1', '1', '1']) {
    clock.advance(1);
    await addJob({ jobs }, { userId });
  }
  const { jobs: page } = await images.list(viewer, { limit: 20 });
  expect(page.map((job) => (job.status === 'PENDING' ? job.queue_position : null))).toEqual([4, 3, 2]);
  expect(reads).toEqual([3]);
});
