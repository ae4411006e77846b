import { storedValue } from '../../platform/storage.ts';

/** More than one person can have on the way at once. */
const KEPT_MAX = 50;

const stored = storedValue<string[]>('darkroom.unseen-jobs', (json) =>
  Array.isArray(json) ? json.filter((id): id is string => typeof id === 'string') : null,
);

/** Jobs that were ordered on this device and whose end the person has not seen: each is news once it ends. */
export const unseenJobs = {
  read: () => stored.read() ?? [],
  add(jobId: string): void {
    stored.write([jobId, ...unseenJobs.read().filter((known) => known !== jobId)].slice(0, KEPT_MAX));
  },
  /** It was opened after its end, or is gone. */
  see(jobId: string): void {
    const unseen = unseenJobs.read();
    if (unseen.includes(jobId)) stored.write(unseen.filter((known) => known !== jobId));
  },
};
