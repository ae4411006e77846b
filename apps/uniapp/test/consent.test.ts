import { beforeEach, describe, expect, it, vi } from 'vitest';
import { stubStorage } from './stub-uni.ts';

/** WeChat, as it answers while its privacy guide has or has not been agreed to. */
function stubWeChat(needAuthorization: () => boolean): void {
  Object.assign(uni, {
    canIUse: () => true,
    getPrivacySetting: ({ success }: UniNamespace.GetPrivacySettingOption) =>
      success?.({ needAuthorization: needAuthorization(), privacyContractName: '', errMsg: '' }),
  });
}

async function startApp() {
  vi.resetModules();
  const { useConsent } = await import('../src/features/job/consent.ts');
  return useConsent();
}

describe('consent', () => {
  beforeEach(() => {
    stubStorage();
  });

  it('to a portrait is asked for once a device', async () => {
    stubWeChat(() => false);
    const first = await startApp();
    const asking = first.ask('photo');
    await vi.waitFor(() => expect(first.question.value).toMatchObject({ portrait: true, privacy: false }));
    first.answer(true);
    expect(await asking).toBe(true);
    const second = await startApp();
    expect(await second.ask('photo')).toBe(true);
    expect(second.question.value).toBeNull();
  });

  it('that was not given is asked for again', async () => {
    stubWeChat(() => false);
    const { ask, answer, question } = await startApp();
    const asking = ask('photo');
    await vi.waitFor(() => expect(question.value).not.toBeNull());
    answer(false);
    expect(await asking).toBe(false);
    const again = ask('photo');
    await vi.waitFor(() => expect(question.value).toMatchObject({ portrait: true }));
    answer(true);
    expect(await again).toBe(true);
  });

  it('to WeChat’s privacy guide is asked for with it, and alone before the album', async () => {
    let needs = true;
    stubWeChat(() => needs);
    const { ask, answer, question } = await startApp();
    void ask('album');
    await vi.waitFor(() => expect(question.value).toEqual({ purpose: 'album', portrait: false, privacy: true }));
    answer(false);
    void ask('photo');
    await vi.waitFor(() => expect(question.value).toEqual({ purpose: 'photo', portrait: true, privacy: true }));
    answer(true);
    needs = false;
    expect(await ask('album')).toBe(true);
  });

  it('is not answered by a question that came later', async () => {
    stubWeChat(() => true);
    const { ask, answer, question } = await startApp();
    const first = ask('photo');
    await vi.waitFor(() => expect(question.value).not.toBeNull());
    const second = ask('photo');
    expect(await first).toBe(false);
    await vi.waitFor(() => expect(question.value).not.toBeNull());
    answer(true);
    expect(await second).toBe(true);
  });
});
