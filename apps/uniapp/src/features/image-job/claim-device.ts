import { storedValue } from '../../platform/storage.ts';
import { readTokenOwner } from '../../platform/token-owner.ts';
import { portraitConsent } from './consent.ts';
import { drafts } from './draft.ts';
import { storedForm } from './order-form.ts';
import { orderedJobs } from './ordered-jobs.ts';

/** The user whose form, order and jobs this device keeps. */
const storedOwner = storedValue<string>('darkroom.owner', (json) => (typeof json === 'string' ? json : null));

/**
 * Drops what another person has left on this device; true when there was another. To be called with a token before anything is
 * shown or sent for its user. One that cannot be read names nobody, and changes nothing.
 */
export function claimDevice(token: string | null): boolean {
  const userId = token === null ? null : (readTokenOwner(token, Date.now())?.userId ?? null);
  const last = storedOwner.read();
  if (userId === null || userId === last) return false;
  if (last !== null) leaveDevice();
  storedOwner.write(userId);
  return last !== null;
}

/** Leaves nothing of the person who was signed in. */
export function leaveDevice(): void {
  for (const kept of [storedOwner, storedForm, drafts, orderedJobs, portraitConsent]) kept.clear();
}
