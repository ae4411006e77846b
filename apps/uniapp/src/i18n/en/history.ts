import type { Words } from '../words.ts';
import type { history as zh } from '../zh/history.ts';
import { plural } from './plural.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export const history: Words<typeof zh> = {
  title: 'My pictures',
  filter: 'Which jobs to show',
  filters: { all: 'All', running: 'Running', done: 'Done', failed: 'Not made' },
  empty: {
    all: { title: 'Nothing here yet', note: 'Your pictures will be kept here, newest first.' },
    running: { title: 'Nothing is running', note: 'New jobs show up here and move on by themselves.' },
    done: { title: 'Nothing is done yet', note: 'Pictures that were made will be kept here.' },
    failed: { title: 'Nothing went wrong', note: 'Jobs that could not be made are listed here with the reason.' },
  },
  start: 'Make one',
  reading: 'Reading',
  more: 'Show older ones',
  end: 'That is all',
  unrefreshed: 'Could not be brought up to date; this is what was known before.',
  unread: 'Older jobs could not be read.',
  readAgain: 'Try again',
  statuses: { PENDING: 'In the queue', PROCESSING: 'Generating', COMPLETED: 'Done', FAILED: 'Not made' },
  place: (place) => `number ${place}`,
  pictures: (count) => plural(count, 'picture'),
  actions: 'More actions',
  again: 'Make it again',
  remove: 'Delete',

  deleteDialog: {
    title: 'Delete this job?',
    ended: 'The job and its pictures are removed from the server at once, and cannot be brought back.',
    confirm: 'Delete',
    keep: 'Keep',
    failed: 'Could not be deleted; it is still here.',
  },

  time: {
    today: (clock) => `today, ${clock}`,
    yesterday: (clock) => `yesterday, ${clock}`,
    day: (month, day, year, clock) => `${day} ${MONTHS[month] ?? ''}${year === null ? '' : ` ${year}`}, ${clock}`,
  },
};
