import type { Words } from '../words.ts';
import type { history as zh } from '../zh/history.ts';
import { plural } from './plural.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export const history: Words<typeof zh> = {
  title: 'My images',
  filter: 'Filter jobs',
  filters: { all: 'All', running: 'Running', done: 'Done', failed: 'Failed' },
  empty: {
    all: { title: 'Nothing here yet', note: 'Your images will appear here, newest first.' },
    running: { title: 'Nothing is running', note: 'New jobs appear here and update on their own.' },
    done: { title: 'Nothing finished yet', note: 'Finished images will appear here.' },
    failed: { title: 'Nothing went wrong', note: 'Failed jobs will be listed here with the reason.' },
  },
  start: 'Make one',
  reading: 'Loading',
  more: 'Show older',
  end: 'That’s everything',
  unrefreshed: 'Could not refresh. This list may be out of date.',
  unread: 'Older jobs could not be loaded.',
  readAgain: 'Try again',
  statuses: { PENDING: 'In queue', PROCESSING: 'Generating', COMPLETED: 'Done', FAILED: 'Failed' },
  place: (place) => `number ${place}`,
  images: (count) => plural(count, 'image'),
  actions: 'More actions',
  again: 'Make it again',
  remove: 'Delete',

  deleteDialog: {
    title: 'Delete this job?',
    ended: 'The job and its images are removed from the server immediately and cannot be restored.',
    confirm: 'Delete',
    keep: 'Keep',
    failed: 'Could not delete it.',
  },

  time: {
    today: (clock) => `today, ${clock}`,
    yesterday: (clock) => `yesterday, ${clock}`,
    day: (month, day, year, clock) => `${day} ${MONTHS[month] ?? ''}${year === null ? '' : ` ${year}`}, ${clock}`,
  },
};
