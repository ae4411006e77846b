import type pg from 'pg';
import type { Clock } from '../../clock.ts';
import { createListeners, type Listeners } from '../shared/listeners.ts';
import { type Listening, listenWithReconnect } from './listen-with-reconnect.ts';

export const CHANNEL = 'darkroom_jobs';

export interface Notifications extends Listening {
  onChange: Listeners['add'];
}

/**
 * Receives notifications of changes that any process commits. After every gap all listeners resync. Resolves once it
 * listens.
 */
export async function followNotifications(
  config: pg.ClientConfig,
  clock: Pick<Clock, 'sleep'>,
  onLost: (error: unknown) => void,
): Promise<Notifications> {
  const listeners = createListeners();
  const { close } = await listenWithReconnect(config, CHANNEL, {
    onNotification: listeners.notify,
    resync: listeners.notifyAll,
    onLost,
    clock,
  });
  return { onChange: listeners.add, close };
}
