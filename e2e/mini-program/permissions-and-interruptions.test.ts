import { readAstronaut } from '@darkroom/test-kit/process/checkout';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import {
  addPhoto,
  choosePhoto,
  open,
  shareServer,
  submitPrompt,
  until,
  untilAttribute,
  untilGone,
  untilPage,
  untilThere,
} from './drive-mini-program.ts';

const PHOTO_EDGE_PX = 512;

const service = shareServer();

test('saves images with one paid call despite declined permissions, an interruption and a restart', async () => {
  const { provider, api } = service();
  provider.script({ hold: true });
  const first = open(api);
  const { device } = first;
  device.user.photo = await readAstronaut();
  device.user.allowsAlbum = false;

  // The user first declines the privacy guide, so no photo is added, and then accepts both.
  first.tap('photo-add');
  await untilThere(first, 'consent');
  expect(first.find('consent')?.textContent).toContain('隐私保护指引');
  first.tap('consent-guide');
  await until(() => expect(device.modals).toEqual(['《Darkroom 隐私保护指引》']));
  first.tap('consent-no');
  await untilGone(first, 'consent');
  expect(first.find('photo-problem')?.textContent).toContain('没有同意');
  await addPhoto(first);
  expect(uploads(first)).toEqual(['uploadFile:ok']);

  // The photo is cropped on WeChat's own screen, and the cropped part is uploaded again.
  first.tap('photo-crop');
  await until(() => expect(uploads(first)).toEqual(['uploadFile:ok', 'uploadFile:ok']));
  await untilAttribute(first, 'photo-picker', 'data-state', 'ready');

  // In the background WeChat interrupts running requests and destroys the page; the job continues.
  first.tap('count-2');
  await submitPrompt(first, '宇航员走在向日葵花田里');
  await untilAttribute(first, 'stage', 'data-stage', 'generating');
  first.hide();
  first.interrupt();
  first.close();
  provider.release();
  await until(() => expect(provider.stats().heldCalls).toBe(0));

  // Opened again, the mini program finds its job.
  const second = open(api, device);
  await untilThere(second, 'resume');
  second.tap('resume');
  await untilPage(second, 'generation-result');
  await until(() => expect(second.images()).toHaveLength(2));

  // Access to the album is declined, then granted: saving continues where it stopped.
  second.tap('save-all');
  await until(() => expect(second.find('dialog')?.textContent).toContain('需要相册权限才能保存'));
  expect(device.album).toEqual([]);
  second.tap('dialog-yes');
  await until(() => expect(device.album).toHaveLength(2));
  await until(() => expect(device.toasts).toEqual(['已保存 2 张']));
  for (const saved of device.album) expect(await sharp(saved).metadata()).toMatchObject({ format: 'jpeg' });

  expect(provider.calls()).toHaveLength(1);
  const sent = await sharp(photoOf(provider.calls()[0]?.request)).metadata();
  expect(sent).toMatchObject({ width: PHOTO_EDGE_PX, height: PHOTO_EDGE_PX });
  for (const wechat of [first, second]) {
    expect(wechat.network.refused).toEqual([]);
    // The bundle looks these globals up by name and works without them.
    expect(['crypto', 'window']).toEqual(expect.arrayContaining([...wechat.bundle.missed]));
  }
});

test('repeats an upload that WeChat interrupts in the background', async () => {
  const wechat = open(service().api);
  wechat.device.user.agreedToPrivacy = true;
  wechat.device.user.photo = await readAstronaut();
  await choosePhoto(wechat);
  await untilAttribute(wechat, 'photo-picker', 'data-state', 'uploading');
  wechat.hide();
  wechat.interrupt();
  await until(() => expect(uploads(wechat)).toEqual(['uploadFile:fail interrupted']));
  wechat.show();
  await untilAttribute(wechat, 'photo-picker', 'data-state', 'ready');
});

test('leaves nothing of a deleted result on the phone', async () => {
  const wechat = open(service().api);
  const { device } = wechat;
  device.user.agreedToPrivacy = true;
  device.user.photo = await readAstronaut();
  await addPhoto(wechat);
  await submitPrompt(wechat, '一会儿就删');
  await untilPage(wechat, 'generation-result');
  await untilThere(wechat, 'delete');
  wechat.tap('delete');
  await untilThere(wechat, 'dialog');
  wechat.tap('dialog-yes');

  await untilAttribute(wechat, 'photo-picker', 'data-state', 'empty');
  const { calls } = wechat.network;
  expect(calls.filter(({ url }) => url.includes('image.delete'))).toMatchObject([{ outcome: 'request:ok' }]);
  const [jobId = ''] = /[0-9a-f-]{36}/.exec(calls.find(({ url }) => url.includes('image.status'))?.url ?? '') ?? [];
  const kept = JSON.stringify([...device.storage]);
  expect(kept).not.toContain('upload://');
  expect(kept).not.toContain('/files/');
  expect(kept).not.toContain(jobId);
});

test('shares the start page, and never a job or a link to an image', async () => {
  const wechat = open(service().api);
  await submitPrompt(wechat, '给朋友看看');
  await untilPage(wechat, 'generation-result');
  await untilThere(wechat, 'share');
  expect(wechat.share()).toEqual({ title: expect.stringContaining('AI生成'), path: '/pages/index/index' });
});

test('names a domain missing from the downloadFile list to the developer once', async () => {
  const wechat = open(service().api);
  wechat.device.user.agreedToPrivacy = true;
  await submitPrompt(wechat, '没有登记');
  await untilPage(wechat, 'generation-result');
  await untilThere(wechat, 'save');
  wechat.network.unregister('downloadFile');
  wechat.tap('save');
  await until(() => expect(wechat.device.toasts).toEqual(['没能保存，请稍后再试']));
  expect(wechat.device.modals).toEqual([expect.stringMatching(/downloadFile 合法域名缺少 http:\/\/localhost:8080/)]);
});

function uploads({ network }: ReturnType<typeof open>) {
  return network.calls.filter(({ api }) => api === 'uploadFile').map(({ outcome }) => outcome);
}

/** The bytes of the reference as the provider received them. */
function photoOf(request: { subject_reference?: { image_file: string }[] | undefined } | null | undefined): Buffer {
  const [, base64 = ''] = request?.subject_reference?.[0]?.image_file.split(',') ?? [];
  return Buffer.from(base64, 'base64');
}
