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

describe('the consent dialog', () => {
  beforeEach(() => {
    stubStorage();
  });

  it('asks for consent to a portrait once per device', async () => {
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

  it('asks again after consent was refused', async () => {
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

  it('asks for WeChat’s privacy guide together with the portrait, and alone before saving to the album', async () => {
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

  it('answers an open question with false when a later question replaces it', async () => {
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
