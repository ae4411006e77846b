import sharp from 'sharp';
import { type Callbacks, fail, succeed } from './callbacks.ts';

export interface Files {
  add(bytes: Uint8Array<ArrayBuffer>, extension: string): string;
  read(path: string): Uint8Array<ArrayBuffer>;
}

function createFiles(): Files {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    add(bytes, extension) {
      const path = `wxfile://tmp_${files.size + 1}.${extension}`;
      files.set(path, bytes);
      return path;
    },
    read(path) {
      const bytes = files.get(path);
      if (!bytes) throw new Error(`${path}: no such file`);
      return bytes;
    },
  };
}

export interface Device {
  wx: Record<string, unknown>;
  files: Files;
  storage: Map<string, unknown>;
  /** The images saved to the album. */
  album: Uint8Array[];
  toasts: string[];
  /** The texts shown in WeChat's own dialogs. */
  modals: string[];
  /** The user's answers to prompts. */
  user: {
    photo: Uint8Array<ArrayBuffer> | null;
    allowsAlbum: boolean;
    /** Whether the user has ever tapped the button that accepts the privacy guide. */
    agreedToPrivacy: boolean;
  };
}

/** https://developers.weixin.qq.com/miniprogram/dev/framework/user-privacy/PrivacyAuthorize.html */
const NOT_AGREED = 'fail privacy permission is not authorized';

/** One phone and its user: storage, photos, dialogs and system information. */
export function createDevice(): Device {
  const files = createFiles();
  const device: Device = {
    files,
    storage: new Map(),
    album: [],
    toasts: [],
    modals: [],
    user: { photo: null, allowsAlbum: true, agreedToPrivacy: false },
    wx: {},
  };

  function choose(api: string, options: Callbacks): void {
    const { photo, agreedToPrivacy } = device.user;
    if (!photo || !agreedToPrivacy) {
      fail(options, `${api}:${agreedToPrivacy ? 'fail cancel' : NOT_AGREED}`);
      return;
    }
    const path = files.add(photo, 'png');
    const tempFiles = [{ path, tempFilePath: path, size: photo.length, fileType: 'image' }];
    succeed(options, { tempFilePaths: [path], tempFiles, type: 'image', errMsg: `${api}:ok` });
  }

  /** WeChat's own crop screen, on which this user always takes the middle. */
  async function cropImage({ src, cropScale, ...options }: Callbacks & { src: string; cropScale: string }) {
    if (cropScale !== '1:1') return fail(options, 'cropImage:fail not tried here');
    const { width, height } = await sharp(files.read(src)).metadata();
    const edge = Math.min(width, height);
    const bytes = await sharp(files.read(src)).resize(edge, edge, { fit: 'cover' }).png().toBuffer();
    succeed(options, { tempFilePath: files.add(new Uint8Array(bytes), 'png'), errMsg: 'cropImage:ok' });
  }

  device.wx = {
    ...FACTS,
    cropImage,
    getPrivacySetting: (options: Callbacks) =>
      succeed(options, {
        needAuthorization: !device.user.agreedToPrivacy,
        privacyContractName: '《Darkroom 隐私保护指引》',
        errMsg: 'getPrivacySetting:ok',
      }),
    openPrivacyContract: (options: Callbacks) => {
      device.modals.push('《Darkroom 隐私保护指引》');
      succeed(options, { errMsg: 'openPrivacyContract:ok' });
    },
    showModal: ({ title, content, ...options }: Callbacks & { title: string; content: string }) => {
      device.modals.push(`${title} ${content}`);
      succeed(options, { confirm: true, cancel: false, errMsg: 'showModal:ok' });
    },
    getStorageSync: (key: string) => device.storage.get(key) ?? '',
    setStorageSync: (key: string, value: unknown) => void device.storage.set(key, value),
    removeStorageSync: (key: string) => void device.storage.delete(key),
    setStorage: ({ key, data, ...options }: Callbacks & { key: string; data: unknown }) => {
      device.storage.set(key, data);
      succeed(options, { errMsg: 'setStorage:ok' });
    },
    chooseImage: (options: Callbacks) => choose('chooseImage', options),
    chooseMedia: (options: Callbacks) => choose('chooseMedia', options),
    saveImageToPhotosAlbum(options: Callbacks & { filePath: string }) {
      if (!device.user.agreedToPrivacy) return fail(options, `saveImageToPhotosAlbum:${NOT_AGREED}`);
      if (!device.user.allowsAlbum) return fail(options, 'saveImageToPhotosAlbum:fail auth deny');
      device.album.push(files.read(options.filePath));
      succeed(options, { errMsg: 'saveImageToPhotosAlbum:ok' });
    },
    showToast(options: Callbacks & { title: string }) {
      device.toasts.push(options.title);
      succeed(options, { errMsg: 'showToast:ok' });
    },
    setNavigationBarTitle: (options: Callbacks) => succeed(options, { errMsg: 'setNavigationBarTitle:ok' }),
    getNetworkType: (options: Callbacks) => succeed(options, { networkType: 'wifi', errMsg: 'getNetworkType:ok' }),
    openSetting(options: Callbacks) {
      device.user.allowsAlbum = true;
      succeed(options, { authSetting: { 'scope.writePhotosAlbum': true }, errMsg: 'openSetting:ok' });
    },
    onNetworkStatusChange() {},
    offNetworkStatusChange() {},
  };
  return device;
}

const WINDOW = { windowWidth: 390, windowHeight: 844, statusBarHeight: 47, pixelRatio: 3, screenTop: 0 };
const APP = { language: 'zh_CN', theme: 'light', version: '8.0.50', SDKVersion: '3.7.0', hostName: 'WeChat' };
const PHONE = { brand: 'Apple', model: 'iPhone 15', system: 'iOS 18.0', platform: 'ios' };
const CAPSULE = { left: 296, top: 51, right: 383, bottom: 83, width: 87, height: 32 };

const FACTS = {
  canIUse: () => true,
  getSystemInfoSync: () => ({ ...WINDOW, ...APP, ...PHONE }),
  getWindowInfo: () => WINDOW,
  getAppBaseInfo: () => APP,
  getDeviceInfo: () => PHONE,
  getMenuButtonBoundingClientRect: () => CAPSULE,
  getAccountInfoSync: () => ({ miniProgram: { appId: 'wx0', envVersion: 'develop', version: '' } }),
  base64ToArrayBuffer: (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64')).buffer,
  arrayBufferToBase64: (bytes: ArrayBuffer) => Buffer.from(bytes).toString('base64'),
};
