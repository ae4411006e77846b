import type { CreateImageInput } from '@darkroom/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { createDraftStore, type DraftStore } from '../src/features/order/draft.ts';
import { stubStorage } from './stub-uni.ts';

const SIX_DAYS_MS = 6 * 24 * 60 * 60 * 1000;
const order: CreateImageInput = { model: 'image-01', prompt: '海边', aspect_ratio: '3:4', n: 2 };

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
    const draft = openStore().prepare(order, 'blob:photo');
    expect(openStore().read()).toEqual({ order, idempotencyKey: 'key-1', photoUrl: 'blob:photo', preparedAt: nowMs });
    expect(draft).toEqual(openStore().read());
  });

  it('keeps the key when the same request is prepared again, so that two taps create one job', () => {
    const first = openStore().prepare(order, null);
    expect(openStore().prepare({ ...order }, null).idempotencyKey).toBe(first.idempotencyKey);
  });

  it('takes a new key for a different request', () => {
    openStore().prepare(order, null);
    expect(openStore().prepare({ ...order, n: 3 }, null).idempotencyKey).toBe('key-2');
  });

  it('takes a new key when the user asks for the same images once more', () => {
    openStore().prepare(order, null);
    expect(openStore().prepareAnew(order, null).idempotencyKey).toBe('key-2');
  });

  it('forgets the draft once its job is known, and then takes a new key for the same request', () => {
    const store = openStore();
    store.clear(store.prepare(order, null));
    expect(store.read()).toBeNull();
    expect(store.prepare(order, null).idempotencyKey).toBe('key-2');
  });

  it('keeps a newer draft when the answer to an earlier one arrives late', () => {
    const store = openStore();
    const first = store.prepare(order, null);
    const second = store.prepare({ ...order, n: 3 }, null);
    store.clear(first);
    expect(store.read()).toEqual(second);
  });

  it('reports that a request would replace a different draft that is kept', () => {
    const store = openStore();
    expect(store.replacesAnother(order)).toBe(false);
    store.prepare(order, null);
    expect(store.replacesAnother({ ...order })).toBe(false);
    expect(store.replacesAnother({ ...order, n: 3 })).toBe(true);
    expect(openStore().replacesAnother({ ...order, n: 3 })).toBe(true);
  });

  it('keeps the draft of each tab apart although the device stores only the newest', () => {
    const [one, other] = [openStore(), openStore()];
    const first = one.prepare(order, null);
    const second = other.prepare({ ...order, n: 3 }, null);
    expect([one.read(), other.read()]).toEqual([first, second]);
    expect(one.replacesAnother(order)).toBe(true);
    one.clear(first);
    expect(openStore().read()).toEqual(second);
  });

  it('drops a draft after 6 days, when the service may have forgotten its key', () => {
    const store = openStore();
    store.prepare(order, null);
    nowMs += SIX_DAYS_MS;
    expect(store.read()).toBeNull();
    expect(store.prepare(order, null).idempotencyKey).toBe('key-2');
  });

  it.each([['{'], ['null'], ['{"order":1,"idempotencyKey":"k","preparedAt":1}'], ['{"order":{}}']])(
    'reads no draft when the device holds %s',
    (text) => {
      stubStorage().set('darkroom.draft', text);
      expect(openStore().read()).toBeNull();
    },
  );
});
