import { shareApi } from '@darkroom/test-kit/api/share-api';
import { hasChromium } from '@darkroom/test-kit/browser/launch-chromium';
import { startPhone } from '@darkroom/test-kit/browser/phone';
import { signUserToken } from '@darkroom/test-kit/client/user';
import type { ClientPages } from '@darkroom/test-kit/pages/client-pages';
import { describe, expect, test } from 'vitest';

const TIMEOUT = { timeout: 15_000 };

const service = shareApi();

/** Opens the app on the phone of a user who has no job yet. */
async function start() {
  const { provider, api } = service();
  const user = api.user();
  const phone = await startPhone({ url: api.url, token: user.token });
  return { provider, api, user, app: await phone.open() };
}

/** Stores a token as the surrounding app does. */
const storeToken = (app: ClientPages, token: string) =>
  app.page.evaluate(`localStorage.setItem('darkroom.token', ${JSON.stringify(JSON.stringify(token))})`);

describe.skipIf(!hasChromium)('the page after another user signed in on the device', () => {
  async function leaveAsFirstUser() {
    const { provider, api, user, app } = await start();
    provider.script({ hold: true });
    await app.form.addPhoto();
    await app.form.submit('前一个人的');
    await app.progress.stage('generating').waitFor();
    await app.progress.leave();
    await app.form.banner().waitFor();
    await storeToken(app, api.user('2').token);
    return { api, user, app };
  }

  async function expectNothingLeft(app: ClientPages): Promise<void> {
    await app.form.photo('empty').waitFor();
    await expect.poll(() => app.form.promptCount(), TIMEOUT).toBe('0 / 1499');
    expect(await app.form.banner().count()).toBe(0);
    expect(await app.page.evaluate('JSON.stringify(localStorage)')).not.toMatch(/upload:|前一个人的/);
  }

  test('shows nothing of the previous user', async () => {
    const { app } = await leaveAsFirstUser();
    await app.page.reload();
    await expectNothingLeft(app);
  });

  test('does not send the form of the previous user', async () => {
    const { api, user, app } = await leaveAsFirstUser();
    await app.form.submitButton.click();
    await expectNothingLeft(app);
    expect((await api.user('2').sdk.list()).jobs).toEqual([]);
    expect((await user.sdk.list()).jobs).toHaveLength(1);
  });
});

test.skipIf(!hasChromium)('shows an error for a token that is no longer accepted, and keeps its user', async () => {
  const { api, user, app } = await start();
  await storeToken(app, signUserToken({ user_id: '42' }, 'a secret that was changed since then'));
  await app.page.reload();
  await app.form.submit('第 42 位的');
  await app.failure('unauthenticated').waitFor();
  expect((await user.sdk.list()).jobs).toEqual([]);

  await storeToken(app, api.user('42').token);
  await app.progress.resendButton.click();
  await app.result.waitUntilOpen();
  expect((await api.user('42').sdk.list()).jobs).toHaveLength(1);
});
