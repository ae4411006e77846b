import type { CreateImageInput } from '@darkroom/contracts';
import { createId } from '../../platform/create-id.ts';
import { isRecord, onClearUserValues, type StoredValue, storedUserValue } from '../../platform/storage.ts';

/** A request being sent: stored before sending, cleared once its job's id is stored. */
export interface Draft {
  request: CreateImageInput;
  /** Idempotency key: however often the draft is sent, one job results. */
  idempotencyKey: string;
  /** Shows the photo while the job runs. */
  photoUrl: string | null;
  /** Milliseconds since 1970. */
  preparedAt: number;
}

/** The service keeps a key for 7 days; a draft sent later could create a second job. */
const DRAFT_LIFE_MS = 6 * 24 * 60 * 60 * 1000;

export interface DraftStore {
  /** This visit's draft; otherwise the stored one of an earlier visit or another tab. */
  read(): Draft | null;
  /** Whether a draft of this request would replace the unsent draft of another one. */
  replacesAnother(request: CreateImageInput): boolean;
  /**
   * Stores a draft of this request. The same request returns the same draft with the same key, so that a double tap or a
   * lost answer results in one job.
   */
  prepare(request: CreateImageInput, photoUrl: string | null): Draft;
  /** Stores a draft with a new key, also for the same request: the user wants a further job. */
  prepareAnew(request: CreateImageInput, photoUrl: string | null): Draft;
  /** Clears this draft and no later one; without an argument, any stored draft. */
  clear(draft?: Draft): void;
}

interface DraftStoreDeps {
  createId(): string;
  now?: () => number;
  stored?: StoredValue<Draft>;
}

export function createDraftStore({ createId, now = Date.now, stored = storedDraft() }: DraftStoreDeps): DraftStore {
  /** Kept in memory because another tab may replace the stored draft. */
  let own: Draft | null = null;
  const isKept = (draft: Draft | null): draft is Draft => draft !== null && now() - draft.preparedAt < DRAFT_LIFE_MS;
  const kept = () => [own, stored.read()].filter(isKept);

  const store: DraftStore = {
    read: () => kept()[0] ?? null,
    replacesAnother: (request) => kept().some((draft) => !isSameRequest(draft.request, request)),
    prepare(request, photoUrl) {
      own = kept().find((draft) => isSameRequest(draft.request, request)) ?? store.prepareAnew(request, photoUrl);
      return own;
    },
    prepareAnew(request, photoUrl) {
      own = { request, idempotencyKey: createId(), photoUrl, preparedAt: now() };
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

export function isSameRequest(one: CreateImageInput, other: CreateImageInput): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The draft of this device. */
export const drafts = createDraftStore({ createId });
onClearUserValues(() => drafts.clear());

/** The stored key of the request is `order`: drafts that earlier versions of the app left on devices stay readable. */
function storedDraft(): StoredValue<Draft> {
  const stored = storedUserValue('darkroom.draft', parseDraft);
  return {
    ...stored,
    read: () => fromStored(stored.read()),
    write: ({ request, ...rest }) => stored.write({ order: request, ...rest }),
  };
}

type StoredDraft = Omit<Draft, 'request'> & { order: CreateImageInput };

function fromStored(stored: StoredDraft | null): Draft | null {
  if (!stored) return null;
  const { order, ...rest } = stored;
  return { request: order, ...rest };
}

function parseDraft(json: unknown): StoredDraft | null {
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
