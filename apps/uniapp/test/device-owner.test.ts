import { beforeEach, expect, it, vi } from 'vitest';
import { stubStorage } from './stub-uni.ts';

const request = { model: 'image-01', prompt: '海边' } as const;

/** Read on a device, never verified there. */
const tokenOf = (user_id: string) =>
  `e30.${Buffer.from(JSON.stringify({ user_id, exp: 1 })).toString('base64url')}.c2ln`;

let stored: Map<string, unknown>;
beforeEach(() => {
  stored = stubStorage();
  vi.resetModules();
});

async function startApp() {
  const { claimDevice } = await import('../src/platform/device-owner.ts');
  const { drafts } = await import('../src/features/create/draft.ts');
  const { deviceJobs } = await import('../src/features/job/device-jobs.ts');
  const { storedForm, EMPTY_FORM } = await import('../src/features/create/request-form.ts');
  return {
    claimDevice,
    drafts,
    leaveThings() {
      drafts.prepare(request, null);
      deviceJobs.add({ job_id: 'a', idempotencyKey: 'key', photoUrl: null });
      storedForm.write({ ...EMPTY_FORM, prompt: '海边' });
      stored.set('darkroom.portrait-consent', '"given"');
      stored.set('darkroom.theme', '"dark"');
    },
  };
}

it('keeps data for the same user, removes it for another user and keeps the settings of the device', async () => {
  const { claimDevice, drafts, leaveThings } = await startApp();
  expect(claimDevice(tokenOf('1'))).toBe(false);
  leaveThings();
  const kept = [...stored.keys()];
  expect(claimDevice(tokenOf('1'))).toBe(false);
  expect([...stored.keys()]).toEqual(kept);

  expect(claimDevice(tokenOf('2'))).toBe(true);
  expect([...stored]).toEqual([
    ['darkroom.theme', '"dark"'],
    ['darkroom.owner', '"2"'],
  ]);
  expect(drafts.read()).toBeNull();
});

it.each([null, 'opaque'])('removes nothing for a token that names no user: %s', async (token) => {
  const { claimDevice, drafts, leaveThings } = await startApp();
  claimDevice(tokenOf('1'));
  leaveThings();
  expect(claimDevice(token)).toBe(false);
  expect(drafts.read()).not.toBeNull();
});

it('never replaces a token that was handed in by another, even when the service no longer accepts it', async () => {
  const { readToken } = await import('../src/platform/token.ts');
  stored.set('darkroom.token', '"brought"');
  const fetch = vi.fn();
  vi.stubGlobal('fetch', fetch);
  expect(await readToken({ refresh: false })).toBe('brought');
  await expect(readToken({ refresh: true })).rejects.toThrow('no token');
  expect(fetch).not.toHaveBeenCalled();
  vi.unstubAllGlobals();
});
