import type { CreateImageInput } from '@darkroom/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { createDraftStore, type DraftStore } from '../src/features/create/draft.ts';
import { stubStorage } from './stub-uni.ts';

const SIX_DAYS_MS = 6 * 24 * 60 * 60 * 1000;
const request: CreateImageInput = { model: 'image-01', prompt: '海边', aspect_ratio: '3:4', n: 2 };

let nowMs: number;
let made: number;

function openStore(): DraftStore {
  return createDraftStore({ createId: () => `key-${++made}`, now: () => nowMs });
}

beforeEach(() => {
  stubStorage();
  nowMs = 1_000_000;
  made = 0;
});

describe('the draft store', () => {
  it('stores the draft with its key before anything is sent', () => {
    const draft = openStore().prepare(request, 'blob:photo');
    expect(openStore().read()).toEqual({ request, idempotencyKey: 'key-1', photoUrl: 'blob:photo', preparedAt: nowMs });
    expect(draft).toEqual(openStore().read());
  });

  it('keeps the key when the same request is prepared again, so that two taps create one job', () => {
    const first = openStore().prepare(request, null);
    expect(openStore().prepare({ ...request }, null).idempotencyKey).toBe(first.idempotencyKey);
  });

  it('takes a new key for a different request', () => {
    openStore().prepare(request, null);
    expect(openStore().prepare({ ...request, n: 3 }, null).idempotencyKey).toBe('key-2');
  });

  it('takes a new key when the user asks for the same images once more', () => {
    openStore().prepare(request, null);
    expect(openStore().prepareAnew(request, null).idempotencyKey).toBe('key-2');
  });

  it('forgets the draft once its job is known, and then takes a new key for the same request', () => {
    const store = openStore();
    store.clear(store.prepare(request, null));
    expect(store.read()).toBeNull();
    expect(store.prepare(request, null).idempotencyKey).toBe('key-2');
  });

  it('keeps a newer draft when the answer to an earlier one arrives late', () => {
    const store = openStore();
    const first = store.prepare(request, null);
    const second = store.prepare({ ...request, n: 3 }, null);
    store.clear(first);
    expect(store.read()).toEqual(second);
  });

  it('reports that a request would replace a different draft that is kept', () => {
    const store = openStore();
    expect(store.replacesAnother(request)).toBe(false);
    store.prepare(request, null);
    expect(store.replacesAnother({ ...request })).toBe(false);
    expect(store.replacesAnother({ ...request, n: 3 })).toBe(true);
    expect(openStore().replacesAnother({ ...request, n: 3 })).toBe(true);
  });

  it('keeps the draft of each tab apart although the device stores only the newest', () => {
    const [one, other] = [openStore(), openStore()];
    const first = one.prepare(request, null);
    const second = other.prepare({ ...request, n: 3 }, null);
    expect([one.read(), other.read()]).toEqual([first, second]);
    expect(one.replacesAnother(request)).toBe(true);
    one.clear(first);
    expect(openStore().read()).toEqual(second);
  });

  it('drops a draft after 6 days, when the service may have forgotten its key', () => {
    const store = openStore();
    store.prepare(request, null);
    nowMs += SIX_DAYS_MS;
    expect(store.read()).toBeNull();
    expect(store.prepare(request, null).idempotencyKey).toBe('key-2');
  });

  it('reads and writes the request under the stored key that earlier versions of the app use', () => {
    const stored = stubStorage();
    stored.set(
      'darkroom.draft',
      JSON.stringify({ order: request, idempotencyKey: 'k', photoUrl: null, preparedAt: 1 }),
    );
    nowMs = 2;
    const store = openStore();
    expect(store.read()).toMatchObject({ request, idempotencyKey: 'k' });
    store.prepareAnew(request, null);
    expect(JSON.parse(String(stored.get('darkroom.draft')))).toMatchObject({ order: request, idempotencyKey: 'key-1' });
  });

  it.each([['{'], ['null'], ['{"order":1,"idempotencyKey":"k","preparedAt":1}'], ['{"order":{}}']])(
    'reads no draft when the device holds %s',
    (text) => {
      stubStorage().set('darkroom.draft', text);
      expect(openStore().read()).toBeNull();
    },
  );
});
