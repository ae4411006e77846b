import type pg from 'pg';
import { keepListening, type Listening } from './keep-listening.ts';
import { createListeners, type Listeners } from './listeners.ts';

export const CHANNEL = 'darkroom_jobs';

export interface Notifications extends Listening {
  onChange: Listeners['add'];
}

/** Hears of the changes that any process commits. After every gap all who listen look again. Resolves once it hears. */
export async function followNotifications(
  config: pg.ClientConfig,
  onLost: (error: unknown) => void,
): Promise<Notifications> {
  const listeners = createListeners();
  const { close } = await keepListening(config, CHANNEL, {
    hear: listeners.tell,
    lookAgain: listeners.tellAll,
    onLost,
  });
  return { onChange: listeners.add, close };
}
