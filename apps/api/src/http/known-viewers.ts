import type { Viewer } from '@darkroom/contracts';
import type { Clock } from '../clock.ts';

/** Far more than the users who poll at the same time. */
const VIEWERS_MAX = 10_000;

/** The viewers of verified tokens until the tokens expire, by the whole `Authorization` header. */
export interface KnownViewers {
  /** Undefined: verify the token. */
  get(authorization: string): Viewer | undefined;
  /** `expiresAt`: when the token expires, in milliseconds since the epoch. */
  add(authorization: string, viewer: Viewer, expiresAt: number): void;
}

export function createKnownViewers(clock: Pick<Clock, 'now'>): KnownViewers {
  const known = new Map<string, { viewer: Viewer; expiresAt: number }>();

  return {
    get(authorization) {
      const entry = known.get(authorization);
      if (!entry) return undefined;
      if (clock.now() < entry.expiresAt) return entry.viewer;
      known.delete(authorization);
      return undefined;
    },
    add(authorization, viewer, expiresAt) {
      const [oldest] = known.keys();
      if (oldest !== undefined && known.size >= VIEWERS_MAX) known.delete(oldest);
      known.set(authorization, { viewer, expiresAt });
    },
  };
}
