import { createRequire } from 'node:module';
import type { Instance } from './component-options.ts';

// None of these packages has types that compile here, so the used parts are declared below.
const load = createRequire(import.meta.url);

/** The used part of a DOM element. */
export interface Element {
  textContent: string;
  readonly outerHTML: string;
  children: ArrayLike<Element> & Iterable<Element>;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  querySelectorAll(selector: string): Iterable<Element>;
}

export interface Rendered {
  dom: Element;
  instance: Instance;
  attach(parent: Element): void;
  detach(): void;
  triggerPageLifeTime(name: 'show' | 'hide'): void;
}

interface Simulate {
  load(definition: object): string;
  render(id: string): Rendered;
}

interface Exparser {
  Event: {
    create(name: string, detail: object, options: object): object;
    dispatchEvent(target: object, event: object): void;
  };
}

const { window } = new (load('jsdom') as { JSDOM: new () => { window: Record<string, unknown> } }).JSDOM();
// miniprogram-simulate expects the DOM as browser globals. The bundle runs in another realm and does not see them.
const { document, HTMLElement, Event, CustomEvent } = window;
for (const [name, value] of Object.entries({ window, document, HTMLElement, Event, CustomEvent })) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
export const simulate = load('miniprogram-simulate') as Simulate;
const exparser = load('miniprogram-exparser') as Exparser;
const { body } = document as { body: Element };

/** The component tree's node of an element. */
interface Node {
  _vt?: { attrs: { name: string; value: unknown }[] };
}

// jsdom's element carries its node under this name.
const nodeOf = (element: Element) => (element as unknown as { __wxElement: Node }).__wxElement;

/** An attribute as rendered, including those that jsdom's element does not carry. */
export function attribute(element: Element, name: string): unknown {
  return nodeOf(element)._vt?.attrs.find((attr) => attr.name === name)?.value;
}

export function attach(rendered: Rendered): void {
  rendered.attach(body);
}

/**
 * Dispatches a touch, or a built-in component's event with its detail. It bubbles through all components, as on a
 * phone.
 */
export function dispatch(element: Element, name: string, detail: object = {}): void {
  exparser.Event.dispatchEvent(
    nodeOf(element),
    exparser.Event.create(name, detail, { bubbles: true, composed: true, capturePhase: true }),
  );
}
