import { CHECKOUT } from '@darkroom/test-kit/process/checkout';
import { onTestFinished } from 'vitest';
import type { ComponentOptions } from './component-options.ts';
import { attribute, dispatch, type Element } from './component-tree.ts';
import { createDevice, type Device } from './device.ts';
import { createNetwork, type Network } from './network.ts';
import { createPageStack, type PageStack } from './page-stack.ts';
import { type Bundle, runBundle } from './run-bundle.ts';
import { createScreen, type Screen } from './screen.ts';
import { createTimers } from './timers.ts';

export const MINI_PROGRAM = `${CHECKOUT}apps/uniapp/dist/build/mp-weixin`;

/** The API address for which the bundle was built. */
export const BUILT_FOR = 'http://localhost:8080';

type Hook = (options?: object) => void;
type AppOptions = Partial<Record<'onLaunch' | 'onShow' | 'onHide', Hook>> & Record<string, unknown>;

export interface MiniProgram {
  device: Device;
  network: Network;
  pages: PageStack;
  bundle: Bundle;
  /** The text of the visible page. */
  text(): string;
  /** The addresses of the visible page's images. */
  images(): string[];
  /** Fires the load event of all images; the simulated screen fetches none itself. */
  load(): void;
  /** The element with this test id on the visible page, or undefined; `index` counts from 0 where there are several. */
  find(testId: string, index?: number): Element | undefined;
  /** Touches the innermost element. A button with one of WeChat's open types does what WeChat does for it. */
  tap(testId: string, index?: number): void;
  /** Writes into a field. */
  write(testId: string, value: string): void;
  /** What WeChat would send to a friend from the page's share button. */
  share(): unknown;
  /** Moves the program to the background; `show` brings it back. */
  hide(): void;
  /** Five seconds later in the background, WeChat ends every request and refuses new ones. */
  interrupt(): void;
  show(): void;
  /** Ends the program, as WeChat does after some minutes in the background. */
  close(): void;
}

interface Options {
  /** The port of the API that is reached as `BUILT_FOR`. */
  port: number;
  token: string;
  /** The device of an earlier visit, with its storage. */
  device?: Device;
}

/** Launches the built mini program on a device that offers only WeChat's APIs. It is closed when the test ends. */
export function openMiniProgram({ port, token, device = createDevice() }: Options): MiniProgram {
  const network = createNetwork({ registered: BUILT_FOR, server: `http://127.0.0.1:${port}` }, device.files);
  const timers = createTimers();
  let app: AppOptions = {};
  // The screen runs the bundle, and the bundle defines the screen's components.
  let screen: Screen | null = null;
  const pages = createPageStack((route) => {
    if (!screen) throw new Error('The bundle does not run yet');
    return screen.render(route);
  });
  const launch = { path: 'pages/index/index', query: { token }, scene: 1001 };
  const wx = {
    ...device.wx,
    ...network.wx,
    ...pages.wx,
    getLaunchOptionsSync: () => launch,
    getEnterOptionsSync: () => launch,
    onAppShow() {},
    onAppHide() {},
  };
  const globals = {
    wx,
    console,
    global: {},
    ...timers.globals,
    App: (options: AppOptions) => {
      app = options;
    },
    Page() {
      throw new Error('uni-app hands its pages to Component()');
    },
    Component: (options: ComponentOptions) => screen?.define(options),
    getApp: () => app,
    getCurrentPages: () => pages.instances(),
  };
  const bundle = runBundle(MINI_PROGRAM, globals);
  screen = createScreen(MINI_PROGRAM, bundle.require);

  bundle.require('app.js');
  app.onLaunch?.(launch);
  app.onShow?.(launch);
  pages.open(`/${launch.path}`);
  function close(): void {
    pages.destroy();
    timers.stop();
  }
  onTestFinished(close);

  const find = (testId: string, index = 0) =>
    [...pages.top().rendered.dom.querySelectorAll(`[data-testid="${testId}"]`)][index];
  function needed(testId: string, index = 0): Element {
    const element = find(testId, index);
    if (!element) throw new Error(`No ${testId} ${index} on ${pages.top().route}`);
    return element;
  }
  return {
    device,
    network,
    pages,
    bundle,
    text: () => pages.top().rendered.dom.textContent,
    images: () =>
      [...pages.top().rendered.dom.querySelectorAll('wx-image')].map((image) => String(attribute(image, 'src'))),
    load() {
      for (const image of pages.top().rendered.dom.querySelectorAll('wx-image')) dispatch(image, 'load');
    },
    find,
    tap(testId, index) {
      const element = needed(testId, index);
      if (attribute(element, 'open-type') === 'agreePrivacyAuthorization') {
        device.user.agreedToPrivacy = true;
        dispatch(element, 'agreeprivacyauthorization', { errMsg: 'agreePrivacyAuthorization:ok' });
      }
      dispatch(deepest(element), 'tap');
    },
    write: (testId, value) => dispatch(needed(testId), 'input', { value }),
    share() {
      const { instance } = pages.top().rendered;
      return typeof instance.onShareAppMessage === 'function' ? instance.onShareAppMessage({ from: 'button' }) : null;
    },
    hide() {
      pages.hide();
      app.onHide?.();
    },
    interrupt: network.interrupt,
    show() {
      network.resume();
      app.onShow?.(launch);
      pages.show();
    },
    close,
  };
}

function deepest(element: Element): Element {
  const [first] = element.children;
  return first ? deepest(first) : element;
}
