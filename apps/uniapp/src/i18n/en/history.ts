import type { Messages } from '../zh.ts';
import { plural } from './plural.ts';

export const history: Messages['history'] = {
  title: 'My pictures',
  open: 'My pictures',
  empty: 'Nothing here yet',
  emptyNote: 'Your pictures will be kept here, newest first.',
  start: 'Make the first one',
  reading: 'Reading',
  more: 'Show older ones',
  statuses: { PENDING: 'In the queue', PROCESSING: 'Generating', COMPLETED: 'Done', FAILED: 'Not made' },
  pictures: (count) => plural(count, 'picture'),
};
