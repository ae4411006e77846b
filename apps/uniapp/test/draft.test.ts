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

describe('a draft', () => {
  it('is on the device, with its key, before anything is sent', () => {
    const draft = openStore().prepare(order, 'blob:photo');
    expect(openStore().read()).toEqual({ order, idempotencyKey: 'key-1', photoUrl: 'blob:photo', preparedAt: nowMs });
    expect(draft).toEqual(openStore().read());
  });

  it('keeps its key when the same order is asked for again: two taps are one job', () => {
    const first = openStore().prepare(order, null);
    expect(openStore().prepare({ ...order }, null).idempotencyKey).toBe(first.idempotencyKey);
  });

  it('gets another key when the order is another', () => {
    openStore().prepare(order, null);
    expect(openStore().prepare({ ...order, n: 3 }, null).idempotencyKey).toBe('key-2');
  });

  it('gets another key when the user asks for the same once more', () => {
    openStore().prepare(order, null);
    expect(openStore().prepareAnew(order, null).idempotencyKey).toBe('key-2');
  });

  it('is gone once its job is known, and then the same order is a new one', () => {
    const store = openStore();
    store.clear(store.prepare(order, null));
    expect(store.read()).toBeNull();
    expect(store.prepare(order, null).idempotencyKey).toBe('key-2');
  });

  it('is not cleared by an earlier draft whose answer came late', () => {
    const store = openStore();
    const first = store.prepare(order, null);
    const second = store.prepare({ ...order, n: 3 }, null);
    store.clear(first);
    expect(store.read()).toEqual(second);
  });

  it('says before an order takes the place of another that is kept', () => {
    const store = openStore();
    expect(store.replacesAnother(order)).toBe(false);
    store.prepare(order, null);
    expect(store.replacesAnother({ ...order })).toBe(false);
    expect(store.replacesAnother({ ...order, n: 3 })).toBe(true);
    expect(openStore().replacesAnother({ ...order, n: 3 })).toBe(true);
  });

  it('is this tab’s own, although another tab has put its own into the one place on the device', () => {
    const [one, other] = [openStore(), openStore()];
    const first = one.prepare(order, null);
    const second = other.prepare({ ...order, n: 3 }, null);
    expect([one.read(), other.read()]).toEqual([first, second]);
    expect(one.replacesAnother(order)).toBe(true);
    one.clear(first);
    expect(openStore().read()).toEqual(second);
  });

  it('is not sent again after the service may have forgotten its key', () => {
    const store = openStore();
    store.prepare(order, null);
    nowMs += SIX_DAYS_MS;
    expect(store.read()).toBeNull();
    expect(store.prepare(order, null).idempotencyKey).toBe('key-2');
  });

  it.each([['{'], ['null'], ['{"order":1,"idempotencyKey":"k","preparedAt":1}'], ['{"order":{}}']])(
    'counts as none when the device holds %s',
    (text) => {
      stubStorage().set('darkroom.draft', text);
      expect(openStore().read()).toBeNull();
    },
  );
});
