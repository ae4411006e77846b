import path from 'node:path';
import { type Callbacks, fail, succeed } from './callbacks.ts';
import type { Instance } from './component-options.ts';
import { attach, type Rendered } from './component-tree.ts';

const DEPTH_MAX = 10;

interface Page {
  route: string;
  rendered: Rendered;
}

interface Target extends Callbacks {
  url: string;
}

export interface PageStack {
  wx: Record<'navigateTo' | 'redirectTo' | 'reLaunch', (target: Target) => void> & {
    navigateBack(options?: Callbacks & { delta?: number }): void;
  };
  instances(): Instance[];
  /** The visible page. Throws if there is none. */
  top(): Page;
  show(): void;
  hide(): void;
  open(url: string): void;
  /** Destroys every page. */
  destroy(): void;
}

/**
 * Pages and navigation between them. Navigation is asynchronous, and pages get WeChat's lifecycle events in its order.
 */
export function createPageStack(render: (route: string) => Rendered): PageStack {
  const pages: Page[] = [];

  function open(url: string): void {
    const [address = '', search = ''] = url.split('?');
    const route = address.replace(/^\//, '');
    const rendered = render(route);
    rendered.instance.route = route;
    pages.push({ route, rendered });
    attach(rendered);
    call(rendered, 'onLoad', Object.fromEntries(new URLSearchParams(search)));
    show();
    setImmediate(() => call(rendered, 'onReady'));
  }

  function close(count: number): void {
    for (const { rendered } of pages.splice(-count).reverse()) {
      call(rendered, 'onUnload');
      rendered.detach();
    }
  }

  function show(): void {
    const page = pages.at(-1);
    if (!page) return;
    call(page.rendered, 'onShow');
    page.rendered.triggerPageLifeTime('show');
  }

  function hide(): void {
    const page = pages.at(-1);
    if (!page) return;
    call(page.rendered, 'onHide');
    page.rendered.triggerPageLifeTime('hide');
  }

  const navigation = (api: string, leave: () => void) => (target: Target) => {
    if (api === 'navigateTo' && pages.length === DEPTH_MAX) return fail(target, 'navigateTo:fail page limit exceeded');
    setImmediate(() => {
      leave();
      open(path.posix.resolve('/', target.url));
      succeed(target, { errMsg: `${api}:ok` });
    });
  };

  return {
    open,
    show,
    hide,
    destroy: () => close(pages.length),
    instances: () => pages.map(({ rendered }) => rendered.instance),
    top() {
      const page = pages.at(-1);
      if (!page) throw new Error('No page is open');
      return page;
    },
    wx: {
      navigateTo: navigation('navigateTo', hide),
      redirectTo: navigation('redirectTo', () => close(1)),
      reLaunch: navigation('reLaunch', () => close(pages.length)),
      navigateBack: (options = {}) => {
        setImmediate(() => {
          close(Math.min(options.delta ?? 1, pages.length - 1));
          show();
          succeed(options, { errMsg: 'navigateBack:ok' });
        });
      },
    },
  };
}

function call({ instance }: Rendered, hook: string, argument?: object): void {
  const method = instance[hook];
  if (typeof method === 'function') method.call(instance, argument);
}
