import type { CreateImageInput } from '@darkroom/contracts';
import { createId } from '../../platform/create-id.ts';
import { isRecord, onClearUserValues, type StoredValue, storedUserValue } from '../../platform/storage.ts';

/** One order on its way: stored before it is sent, gone once its job's id is stored. */
export interface Draft {
  order: CreateImageInput;
  /** Names the order at the service: however often the draft is sent, it is one job. */
  idempotencyKey: string;
  /** Shows the photo while the job is made. */
  photoUrl: string | null;
  /** Milliseconds since 1970. */
  preparedAt: number;
}

/** The service knows a key for 7 days; an order sent again later could be a second job. */
const DRAFT_LIFE_MS = 6 * 24 * 60 * 60 * 1000;

export interface DraftStore {
  /** The draft of this page's own visit; else the one that an earlier visit, or another tab, left on the device. */
  read(): Draft | null;
  /** Whether a draft of this order would take the place of another order's, which then never goes through. */
  replacesAnother(order: CreateImageInput): boolean;
  /**
   * The draft of this order, stored. The same order again is the same draft with the same key, so that two taps, or a tap
   * after a lost answer, are one job.
   */
  prepare(order: CreateImageInput, photoUrl: string | null): Draft;
  /** A draft of its own although the last may be of the same order: the user asked for more. */
  prepareAnew(order: CreateImageInput, photoUrl: string | null): Draft;
  /** Forgets this draft, and no later one; without one named, whatever is kept. */
  clear(draft?: Draft): void;
}

interface DraftStoreDeps {
  createId(): string;
  now?: () => number;
  stored?: StoredValue<Draft>;
}

export function createDraftStore({
  createId,
  now = Date.now,
  stored = storedUserValue('darkroom.draft', parseDraft),
}: DraftStoreDeps): DraftStore {
  /** Beside the stored one, in whose place another tab may have put its own. */
  let own: Draft | null = null;
  const isKept = (draft: Draft | null): draft is Draft => draft !== null && now() - draft.preparedAt < DRAFT_LIFE_MS;
  const kept = () => [own, stored.read()].filter(isKept);

  const store: DraftStore = {
    read: () => kept()[0] ?? null,
    replacesAnother: (order) => kept().some((draft) => !isSameOrder(draft.order, order)),
    prepare(order, photoUrl) {
      own = kept().find((draft) => isSameOrder(draft.order, order)) ?? store.prepareAnew(order, photoUrl);
      return own;
    },
    prepareAnew(order, photoUrl) {
      own = { order, idempotencyKey: createId(), photoUrl, preparedAt: now() };
      stored.write(own);
      return own;
    },
    clear(draft) {
      const isMeant = (kept: Draft | null) => !draft || kept?.idempotencyKey === draft.idempotencyKey;
      if (isMeant(own)) own = null;
      if (isMeant(stored.read())) stored.clear();
    },
  };
  return store;
}

export function isSameOrder(one: CreateImageInput, other: CreateImageInput): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The order on its way from this device. */
export const drafts = createDraftStore({ createId });
onClearUserValues(() => drafts.clear());

function parseDraft(json: unknown): Draft | null {
  if (!isRecord(json)) return null;
  const { order, idempotencyKey, photoUrl, preparedAt } = json;
  if (!isRecord(order) || typeof idempotencyKey !== 'string' || typeof preparedAt !== 'number') return null;
  return {
    // Written by this app only, and checked in full by the service.
    order: order as CreateImageInput,
    idempotencyKey,
    photoUrl: typeof photoUrl === 'string' ? photoUrl : null,
    preparedAt,
  };
}
