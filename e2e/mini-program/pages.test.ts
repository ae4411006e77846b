import { mkdir, writeFile } from 'node:fs/promises';
import { hasChromium } from '@darkroom/test-kit/browser/launch-chromium';
import { startChromium } from '@darkroom/test-kit/browser/start-chromium';
import { CHECKOUT, readAstronaut } from '@darkroom/test-kit/process/checkout';
import { expect, test } from 'vitest';
import {
  open,
  shareServer,
  submitPrompt,
  until,
  untilAttribute,
  untilFormPage,
  untilPage,
  untilThere,
} from './drive-mini-program.ts';
import { createDevice } from './wechat/device.ts';
import { drawPage } from './wechat/draw-page.ts';
import { BUILT_FOR, MINI_PROGRAM, type MiniProgram } from './wechat/open-mini-program.ts';

const GALLERY = `${CHECKOUT}test-output/mini-program`;

/** Every page as rendered from the built WXML, as an HTML document for visual review. */
type Drawings = Map<string, string>;

const service = shareServer({ images: 'poster' });

test.each([
  { theme: 'light', language: 'zh' },
  { theme: 'dark', language: 'en' },
])('renders every page, $theme and $language, as test output', async ({ theme, language }) => {
  const { provider, api } = service();
  provider.script({ hold: true });
  const device = createDevice();
  device.user.photo = await readAstronaut();
  device.storage.set('darkroom.theme', JSON.stringify(theme));
  device.storage.set('darkroom.language', JSON.stringify(language));
  const wechat = open(api, device);
  const drawings: Drawings = new Map();
  const draw = (name: string) => drawings.set(name, drawTop(wechat, `http://127.0.0.1:${api.port}`));

  wechat.tap('photo-add');
  await untilThere(wechat, 'consent');
  draw('consent');
  wechat.tap('consent-yes');
  await untilAttribute(wechat, 'photo-picker', 'data-state', 'ready');
  wechat.tap('count-2');
  draw('index');
  await submitPrompt(wechat, '宇航员走在向日葵花田里，清晨');
  await untilAttribute(wechat, 'stage', 'data-stage', 'generating');
  draw('loading');
  provider.release();
  await untilPage(wechat, 'generation-result');
  const placeholders = () => wechat.pages.top().rendered.dom.outerHTML.split('data:image/png').length - 1;
  await until(() => expect(placeholders()).toBe(2));
  draw('placeholders');
  wechat.load();
  await until(() => expect(placeholders()).toBe(0));
  draw('result');
  wechat.tap('result-image');
  await untilThere(wechat, 'viewer');
  wechat.load();
  await until(() => expect(placeholders()).toBe(0));
  draw('viewer');
  wechat.tap('viewer-close');
  wechat.tap('back');
  await untilFormPage(wechat);
  wechat.tap('history');
  await untilAttribute(wechat, 'job', 'data-status', 'COMPLETED');
  draw('history');
  wechat.tap('back');
  await untilFormPage(wechat);
  wechat.tap('settings');
  await until(() => expect(wechat.pages.top().route).toBe('pages/settings/settings'));
  draw('settings');

  await keep(drawings, `${theme}-${language}`);
  for (const [name, drawing] of drawings) expect(drawing, name).toContain(`theme-${theme}`);
  expect(wechat.network.refused).toEqual([]);
});

function drawTop({ pages, device }: MiniProgram, server: string): string {
  return drawPage(pages.top().rendered.dom, {
    folder: MINI_PROGRAM,
    locate(src) {
      if (!src.startsWith('wxfile:')) return src.replace(BUILT_FOR, server);
      return `data:image/png;base64,${Buffer.from(device.files.read(src)).toString('base64')}`;
    },
  });
}

/** Saves HTML documents and, if Chromium is installed, screenshots at phone size. */
async function keep(drawings: Drawings, suffix: string): Promise<void> {
  await mkdir(GALLERY, { recursive: true });
  for (const [name, drawing] of drawings) await writeFile(`${GALLERY}/${name}-${suffix}.html`, drawing);
  if (!hasChromium) return;
  const browser = await startChromium();
  const page = await browser.newPage({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 });
  for (const [name, drawing] of drawings) {
    await page.setContent(drawing, { waitUntil: 'load' });
    await page.screenshot({ path: `${GALLERY}/${name}-${suffix}.png`, animations: 'disabled' });
  }
}
