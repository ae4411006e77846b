import { onTestFinished } from 'vitest';
import { CHECKOUT } from '../../harness/checkout.ts';
import type { ComponentOptions } from './component-options.ts';
import { attribute, dispatch, type Element } from './component-tree.ts';
import { createDevice, type Device } from './device.ts';
import { createNetwork, type Network } from './network.ts';
import { createPageStack, type PageStack } from './page-stack.ts';
import { type Bundle, runBundle } from './run-bundle.ts';
import { createScreen, type Screen } from './screen.ts';
import { createTimers } from './timers.ts';

export const MINI_PROGRAM = `${CHECKOUT}apps/uniapp/dist/build/mp-weixin`;

/** The API's address for which the bundle was built. */
export const BUILT_FOR = 'http://localhost:8080';

type Hook = (options?: object) => void;
type AppOptions = Partial<Record<'onLaunch' | 'onShow' | 'onHide', Hook>> & Record<string, unknown>;

export interface MiniProgram {
  device: Device;
  network: Network;
  pages: PageStack;
  bundle: Bundle;
  /** What stands on the page that is seen. */
  text(): string;
  /** The addresses of its pictures. */
  pictures(): string[];
  /** All of them have arrived; the simulated screen fetches none by itself. */
  load(): void;
  /** The first element with this test id on the page that is seen; undefined when there is none. */
  find(testId: string): Element | undefined;
  /** Touches it where it is deepest; a button of WeChat's own kind does what WeChat makes of it. */
  tap(testId: string): void;
  /** Writes into a field. */
  write(testId: string, value: string): void;
  /** What WeChat would send to a friend by the page's share button. */
  share(): unknown;
  /** To the background and back. */
  hide(): void;
  /** Five seconds later in the background: WeChat ends every request, and lets none begin. */
  interrupt(): void;
  show(): void;
  /** As WeChat ends a program that nobody has looked at for some minutes. */
  close(): void;
}

interface Options {
  /** The port of the API that is reached as `BUILT_FOR`. */
  port: number;
  token: string;
  /** The phone of an earlier visit, with what that left in its storage. */
  device?: Device;
}

/** Launches the built mini program on a phone that knows nothing but WeChat, and closes it with the test. */
export function openMiniProgram({ port, token, device = createDevice() }: Options): MiniProgram {
  const network = createNetwork({ registered: BUILT_FOR, server: `http://127.0.0.1:${port}` }, device.files);
  const timers = createTimers();
  let app: AppOptions = {};
  // The bundle is run by the screen, and the screen is told by the bundle what its components are.
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

  const find = (testId: string) => [...pages.top().rendered.dom.querySelectorAll(`[data-testid="${testId}"]`)][0];
  function needed(testId: string): Element {
    const element = find(testId);
    if (!element) throw new Error(`No ${testId} on ${pages.top().route}`);
    return element;
  }
  return {
    device,
    network,
    pages,
    bundle,
    text: () => pages.top().rendered.dom.textContent,
    pictures: () =>
      [...pages.top().rendered.dom.querySelectorAll('wx-image')].map((image) => String(attribute(image, 'src'))),
    load() {
      for (const image of pages.top().rendered.dom.querySelectorAll('wx-image')) dispatch(image, 'load');
    },
    find,
    tap(testId) {
      const element = needed(testId);
      if (attribute(element, 'open-type') === 'agreePrivacyAuthorization') {
        device.person.agreedToPrivacy = true;
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
