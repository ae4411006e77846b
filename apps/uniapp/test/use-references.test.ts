import { beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import { stubStorage } from './stub-uni.ts';

const reference = (place: number) => ({ image_file: `upload://${place}`, url: `http://localhost/files/${place}` });
const [ONE, TWO, THREE] = [reference(1), reference(2), reference(3)];

beforeEach(() => {
  stubStorage();
  vi.stubGlobal('window', { location: { origin: 'http://localhost' } });
  vi.resetModules();
});

async function open(initial = [ONE, TWO, THREE]) {
  const { useReferences } = await import('../src/features/create/use-references.ts');
  const list = useReferences(initial);
  const idOf = (place: number) => list.items.value[place - 1]?.id ?? -1;
  return { ...list, idOf };
}

describe('the references of the form', () => {
  it('swaps a reference with its neighbour, and moves none beyond the ends', async () => {
    const { ready, swap, idOf } = await open();
    swap(idOf(3), -1);
    expect(ready.value).toEqual([ONE, THREE, TWO]);
    swap(idOf(1), 1);
    expect(ready.value).toEqual([THREE, ONE, TWO]);
    swap(idOf(1), -1);
    swap(idOf(3), 1);
    swap(99, 1);
    expect(ready.value).toEqual([THREE, ONE, TWO]);
  });

  it('drops a removed reference and keeps the order of the others', async () => {
    const { items, ready } = await open();
    items.value[1]?.upload.remove();
    await nextTick();
    expect(ready.value).toEqual([ONE, THREE]);
    expect(items.value).toHaveLength(2);
  });

  it('adds a reference at the end while it is uploaded, and drops it when its upload is canceled', async () => {
    const { items, ready, add } = await open([ONE]);
    vi.stubGlobal('fetch', () => new Promise(() => {}));
    void add({ previewUrl: 'blob:new', source: new Blob(['x']), bytes: 1 });
    expect(items.value.map(({ upload }) => upload.state.value.status)).toEqual(['ready', 'uploading']);
    expect(ready.value).toEqual([ONE]);
    items.value[1]?.upload.cancel();
    await nextTick();
    expect(items.value).toHaveLength(1);
  });

  it('keeps an added reference whose upload failed, so that it can be sent again', async () => {
    const { items, add } = await open([]);
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('offline')));
    await add({ previewUrl: 'blob:new', source: new Blob(['x']), bytes: 1 });
    expect(items.value.map(({ upload }) => upload.state.value.status)).toEqual(['failed']);
  });
});

describe('a missing upload', () => {
  const refuse = async (issues: { path: (string | number)[]; message: string }[], references: (typeof ONE)[]) => {
    const { ImageApiError } = await import('@darkroom/sdk');
    const { api } = await import('../src/api.ts');
    vi.spyOn(api, 'create').mockRejectedValue(new ImageApiError('upload_not_found', { issues }));
    const { useCreateJob } = await import('../src/features/create/use-create-job.ts');
    const { drafts } = await import('../src/features/create/draft.ts');
    const sent = references.map(({ image_file }) => ({ image_file }));
    await useCreateJob().send(drafts.prepare({ model: 'MiniMax-H3-Image', prompt: '海边', references: sent }, null));
  };

  it('is marked at the reference that the issue names, also when the form has moved it since', async () => {
    const { items, swap, idOf } = await open();
    swap(idOf(2), -1);
    await refuse([{ path: ['references', 1, 'image_file'], message: '' }], [ONE, TWO, THREE]);
    await nextTick();
    expect(items.value.map(({ upload }) => upload.state.value.status)).toEqual(['failed', 'ready', 'ready']);
    expect(items.value[0]?.upload.state.value).toMatchObject({
      previewUrl: TWO?.url,
      error: { code: 'upload_not_found' },
    });
  });

  it('is the only reference where no issue names one', async () => {
    const { items } = await open([ONE]);
    await refuse([], [ONE]);
    await nextTick();
    expect(items.value.map(({ upload }) => upload.state.value.status)).toEqual(['failed']);
  });

  it('is also dropped by a form that is opened later', async () => {
    await open([ONE]);
    await refuse([], [ONE]);
    const later = await open([TWO, ONE]);
    await nextTick();
    expect(later.items.value.map(({ upload }) => upload.state.value.status)).toEqual(['ready', 'failed']);
  });
});
