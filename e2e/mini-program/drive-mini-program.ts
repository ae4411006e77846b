import type { SimulatorOptions } from '@darkroom/minimax-simulator';
import { type SharedApi, shareApi } from '@darkroom/test-kit/api/share-api';
import type { RunningApi } from '@darkroom/test-kit/api/start-api';
import { expect, vi } from 'vitest';
import { BUILT_FOR, type MiniProgram, openMiniProgram } from './wechat/open-mini-program.ts';

export const until = (check: () => void) => vi.waitFor(check, { timeout: 15_000, interval: 20 });

/** One API for the file, at the public URL that the mini program was built for. */
export const shareServer = (simulator: SimulatorOptions = {}): (() => SharedApi) =>
  shareApi({ settings: { PUBLIC_URL: BUILT_FOR }, simulator });

/** Opens the mini program, optionally on the device of an earlier visit. */
export function open(api: RunningApi, device?: MiniProgram['device']): MiniProgram {
  return openMiniProgram({ port: api.port, token: api.user().token, ...(device && { device }) });
}

export const untilAttribute = (wechat: MiniProgram, testId: string, name: string, value: string) =>
  until(() => expect(wechat.find(testId)?.getAttribute(name)).toBe(value));

export const untilThere = (wechat: MiniProgram, testId: string) =>
  until(() => expect(wechat.find(testId)).toBeDefined());

export const untilGone = (wechat: MiniProgram, testId: string) =>
  until(() => expect(wechat.find(testId)).toBeUndefined());

/** A route under `pages/discover`. */
export const untilPage = (wechat: MiniProgram, route: string) =>
  until(() => expect(wechat.pages.top().route).toBe(`pages/discover/${route}`));

/** The first page, with the form. */
export const untilFormPage = (wechat: MiniProgram) =>
  until(() => expect(wechat.pages.top().route).toBe('pages/index/index'));

/** Chooses the device's photo, and gives the consent that it requires. */
export async function choosePhoto(wechat: MiniProgram): Promise<void> {
  wechat.tap('photo-add');
  await untilThere(wechat, 'consent');
  wechat.tap('consent-yes');
}

/** Chooses the device's photo, and waits until it is uploaded. */
export async function addPhoto(wechat: MiniProgram): Promise<void> {
  await choosePhoto(wechat);
  await untilAttribute(wechat, 'photo-picker', 'data-state', 'ready');
}

/** Writes the prompt and sends the form. */
export async function submitPrompt(wechat: MiniProgram, prompt: string): Promise<void> {
  wechat.write('prompt', prompt);
  await until(() => expect(wechat.text()).not.toContain('先写一句画面描述'));
  wechat.tap('submit');
  await untilPage(wechat, 'generation-loading');
}
