import { readFile } from 'node:fs/promises';
import { CHECKOUT, readAstronaut } from '@darkroom/test-kit/process/checkout';
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
  untilFormPage,
  untilPage,
  untilThere,
} from './drive-mini-program.ts';

const service = shareServer();

test('uploads a photo, creates a job and saves its images with the APIs of WeChat alone', async () => {
  const { provider, api } = service();
  provider.script({ hold: true });
  const wechat = open(api);
  const { device, network } = wechat;

  device.user.photo = await readAstronaut();
  await addPhoto(wechat);
  wechat.tap('ratio-3:4');
  wechat.tap('count-2');
  await until(() => expect(wechat.text()).toContain('生成 2 张图片'));
  await submitPrompt(wechat, '宇航员走在向日葵花田里');
  await untilAttribute(wechat, 'stage', 'data-stage', 'generating');
  provider.release();
  await untilPage(wechat, 'generation-result');
  await until(() => expect(wechat.text()).toContain('2 张新照片'));

  const images = wechat.images();
  expect(images).toEqual(Array(2).fill(expect.stringMatching(/^http:\/\/localhost:8080\/files\/.*[?&]signature=/)));
  wechat.tap('result-image');
  await untilAttribute(wechat, 'viewer', 'data-index', '0');
  expect(wechat.find('viewer-label')?.textContent).toBe('AI生成');
  wechat.tap('viewer-next');
  await untilAttribute(wechat, 'viewer', 'data-index', '1');
  wechat.tap('viewer-save');
  await until(() => expect(device.toasts).toEqual(['已保存到相册']));
  wechat.tap('viewer-close');
  await until(() => expect(wechat.find('viewer')).toBeUndefined());
  wechat.tap('save');
  await until(() => expect(device.toasts).toHaveLength(2));
  for (const saved of device.album) {
    expect(await sharp(saved).metadata()).toMatchObject({ format: 'jpeg', width: 864, height: 1152 });
  }
  expect(network.calls.filter(({ api }) => api === 'downloadFile').map(({ url }) => url)).toEqual(
    [...images].reverse(),
  );

  expect(provider.calls()).toHaveLength(1);
  expect(provider.calls()[0]?.request).toMatchObject({ n: 2, aspect_ratio: '3:4', subject_reference: [{}] });
  expect(network.refused).toEqual([]);
  // The bundle looks these globals up by name and works without them.
  expect([...wechat.bundle.missed].sort()).toEqual(['crypto', 'window']);
});

test('creates images from ordered references with a chosen model, and fills the form with the request again', async () => {
  const { provider, api } = service();
  provider.script({ hold: true, holdAfter: 1, fault: { kind: 'completion_order', order: [2, 0, 1] } });
  const wechat = open(api);
  const { device } = wechat;
  const numbers = () => [0, 1, 2].map((index) => wechat.find('reference', index)?.getAttribute('data-number'));
  const untilReady = (index: number) =>
    until(() => expect(wechat.find('reference', index)?.getAttribute('data-state')).toBe('ready'));

  await untilThere(wechat, 'model-MiniMax-H3-Image');
  wechat.tap('model-MiniMax-H3-Image');
  await untilThere(wechat, 'area-2K');
  const photos = ['astronaut.png', 'chelsea.png', 'coffee.png'];
  for (const [index, name] of photos.entries()) {
    device.user.photo = new Uint8Array(await readFile(`${CHECKOUT}test-kit/photos/${name}`));
    if (index === 0) await choosePhoto(wechat);
    else wechat.tap('photo-add');
    await untilReady(index);
  }
  expect(numbers()).toEqual(['1', '2', '3']);
  const uploaded = wechat.images();
  wechat.tap('reference-earlier', 2); // astronaut, coffee, cat
  await until(() => expect(wechat.images()).toEqual([uploaded[0], uploaded[2], uploaded[1]]));
  wechat.tap('photo-remove', 0); // coffee, cat
  await until(() => expect(wechat.images()).toEqual([uploaded[2], uploaded[1]]));
  wechat.tap('area-2K');
  wechat.tap('ratio-16:9');
  wechat.tap('count-3');
  await until(() => expect(wechat.text()).toContain('生成 3 张图片'));
  await submitPrompt(wechat, '把图 2 的猫放到图 1 的咖啡杯旁边');

  await until(() => expect(wechat.find('image-place', 1)).toBeDefined());
  await until(() => expect(wechat.find('result-image')).toBeDefined());
  provider.release();
  await untilPage(wechat, 'generation-result');
  await until(() => expect(wechat.images()).toHaveLength(3));
  const [call] = provider.calls();
  expect(provider.calls()).toHaveLength(1);
  expect(call?.h3?.request).toMatchObject({ model: 'MiniMax-H3-Image', aspect_ratio: '16:9', area: '2K', n: 3 });
  expect(call?.h3?.references).toMatchObject([{ width: 600 }, { width: 451 }]); // coffee, cat

  wechat.tap('change');
  await untilFormPage(wechat);
  await until(() => expect(wechat.find('reference', 1)).toBeDefined());
  await until(() => expect(wechat.text()).toContain('生成 3 张图片'));
  wechat.tap('submit');
  const sent = { request: call?.h3?.request, references: call?.h3?.references };
  await until(() => expect(provider.calls()[1]?.h3).toMatchObject(sent));
});

test('sends no request in the background, and shows the result when it returns to the foreground', async () => {
  const { provider, api } = service();
  provider.script({ hold: true });
  const wechat = open(api);
  const { calls } = wechat.network;
  const lastCall = () => calls.at(-1);

  await submitPrompt(wechat, '海边的清晨');
  await untilAttribute(wechat, 'stage', 'data-stage', 'generating');
  await until(() => expect(lastCall()?.outcome).toBeNull());
  const asked = calls.length;
  wechat.hide();
  await until(() => expect(lastCall()?.outcome).toBe('request:fail abort'));
  provider.release();
  await until(() => expect(provider.stats().heldCalls).toBe(0));
  expect(calls).toHaveLength(asked);

  wechat.show();
  await untilPage(wechat, 'generation-result');
  await until(() => expect(wechat.images()).toHaveLength(1));
});

test('resumes its job after being closed in the middle', async () => {
  const { provider, api } = service();
  provider.script({ hold: true });
  const first = open(api);
  await submitPrompt(first, '只要一次');
  await untilAttribute(first, 'stage', 'data-stage', 'generating');
  first.close();

  const second = open(api, first.device);
  await until(() => expect(second.text()).toContain('有一项任务正在进行'));
  second.tap('resume');
  await untilAttribute(second, 'stage', 'data-stage', 'generating');
  provider.release();
  await untilPage(second, 'generation-result');
  await until(() => expect(second.images()).toHaveLength(1));

  expect(provider.calls()).toHaveLength(1);
});

test('explains a refused prompt, and returns it to the form', async () => {
  const { provider, api } = service();
  provider.script({ fault: { kind: 'base_resp', code: 1026 } });
  const wechat = open(api);

  await submitPrompt(wechat, '不合适的内容');
  await untilAttribute(wechat, 'failure', 'data-code', 'content_rejected');
  expect(wechat.text()).toContain('内容没有通过审核');
  expect(wechat.text()).toContain('这次没有计费');
  wechat.tap('edit');

  await untilFormPage(wechat);
  await until(() => expect(wechat.text()).toContain('6 / 1499'));
});

test('lists finished jobs, and opens one from the list', async () => {
  const wechat = open(service().api);
  await submitPrompt(wechat, '留在列表里');
  await untilPage(wechat, 'generation-result');

  wechat.tap('back');
  await untilFormPage(wechat);
  wechat.tap('history');
  await untilAttribute(wechat, 'job', 'data-status', 'COMPLETED');
  expect(wechat.text()).toContain('留在列表里');
  wechat.tap('job');
  await untilPage(wechat, 'generation-result');
  await until(() => expect(wechat.images()).toHaveLength(1));
});

test('cancels a job after a dialog whose answers are too long for the dialog of WeChat', async () => {
  const { provider, api } = service();
  provider.script({ hold: true });
  const wechat = open(api);
  await submitPrompt(wechat, '不想要了');
  await untilAttribute(wechat, 'stage', 'data-stage', 'generating');
  wechat.tap('language');

  wechat.tap('cancel');
  await until(() => expect(wechat.find('dialog')?.textContent).toContain('may still be charged'));
  wechat.tap('dialog-no');
  await until(() => expect(wechat.find('dialog')).toBeUndefined());
  wechat.tap('cancel');
  await until(() => expect(wechat.find('dialog')).toBeDefined());
  wechat.tap('dialog-yes');
  await untilAttribute(wechat, 'failure', 'data-code', 'canceled');
  expect(wechat.find('charge')?.textContent).toContain('may have been charged');

  wechat.hide();
  provider.release();
  await until(() => expect(provider.stats().heldCalls).toBe(0));
  wechat.show();
  await until(() => expect(wechat.find('charge')?.textContent).toContain('This was charged'));
});

test('saves an image after the user allows access to the album that was refused before', async () => {
  const wechat = open(service().api);
  const { device } = wechat;
  device.user.agreedToPrivacy = true;
  device.user.allowsAlbum = false;
  await submitPrompt(wechat, '先不允许');
  await untilPage(wechat, 'generation-result');
  await until(() => expect(wechat.find('save')).toBeDefined());

  wechat.tap('save');
  await until(() => expect(wechat.find('dialog')?.textContent).toContain('需要相册权限才能保存'));
  expect(device.album).toEqual([]);
  wechat.tap('dialog-yes');
  await until(() => expect(device.user.allowsAlbum).toBe(true));
  wechat.tap('save');
  await until(() => expect(device.album).toHaveLength(1));
});
