import { clearUserValues, storedValue } from './storage.ts';
import { readTokenOwner } from './token-owner.ts';

/** The user whose form, draft and jobs are stored on this device. */
const storedOwner = storedValue<string>('darkroom.owner', (json) => (typeof json === 'string' ? json : null));

/**
 * Clears what another user left on this device; true when there was another. Call it with a token before anything is shown or
 * sent for its user. A token that cannot be read changes nothing.
 */
export function claimDevice(token: string | null): boolean {
  const userId = token === null ? null : (readTokenOwner(token, Date.now())?.userId ?? null);
  const last = storedOwner.read();
  if (userId === null || userId === last) return false;
  if (last !== null) leaveDevice();
  storedOwner.write(userId);
  return last !== null;
}

/** Clears everything of the signed-in user. */
export function leaveDevice(): void {
  storedOwner.clear();
  clearUserValues();
}
