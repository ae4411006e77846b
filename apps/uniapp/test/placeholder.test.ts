import { beforeEach, describe, expect, it, vi } from 'vitest';
import miniBtoa from '../src/platform/btoa.ts';
import { stubBase64 } from './stub-uni.ts';

/** The example of the service's own document. */
const PLACEHOLDER = '1QcSHQRnh493V4dIh4eXh1h4kJUI';
const PNG_START = 'data:image/png;base64,iVBORw0KGgo';

async function freshModule() {
  vi.resetModules();
  return import('../src/features/job/placeholder.ts');
}

describe('the placeholder', () => {
  beforeEach(stubBase64);

  it('is decoded to a small PNG once', async () => {
    const { placeholderUrl } = await freshModule();
    const decode = vi.spyOn(uni, 'base64ToArrayBuffer');
    const url = placeholderUrl(PLACEHOLDER);
    expect(url?.startsWith(PNG_START)).toBe(true);
    expect(url?.length).toBeLessThan(8_000);
    expect(placeholderUrl(PLACEHOLDER)).toBe(url);
    expect(decode).toHaveBeenCalledOnce();
  });

  it.each([null, undefined, '', 'AAA='])('has no style for %s', async (placeholder) => {
    const { placeholderStyle } = await freshModule();
    expect(placeholderStyle(placeholder)).toEqual({});
  });
});

describe('the mini program’s btoa', () => {
  beforeEach(stubBase64);

  it('encodes every byte as the btoa of a browser does', () => {
    const bytes = String.fromCharCode(...Array(256).keys());
    expect(miniBtoa(bytes)).toBe(btoa(bytes));
  });
});
