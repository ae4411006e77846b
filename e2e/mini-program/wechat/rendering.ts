import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { bindByName, type ComponentOptions, type Instance } from './component-options.ts';

// Neither package has types that compile here: what is used of them stands below.
const load = createRequire(import.meta.url);

/** The part of a DOM element that is read. */
export interface Element {
  textContent: string;
  children: ArrayLike<Element> & Iterable<Element>;
  getAttribute(name: string): string | null;
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
// miniprogram-simulate finds its DOM where a browser has it; the bundle does not run here and sees none of it.
const browser = { window, document: window.document, HTMLElement: window.HTMLElement, CustomEvent: window.CustomEvent };
const Event = window.Event;
for (const [name, value] of Object.entries({ ...browser, ...(typeof Event === 'function' && { Event }) })) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
const simulate = load('miniprogram-simulate') as Simulate;
const exparser = load('miniprogram-exparser') as Exparser;
const body = (window.document as { body: Element }).body;

export interface Screen {
  /** What Component() hands over while the file of a component runs. */
  define(options: ComponentOptions): void;
  /** A page with all its components, made from the built WXML; not yet attached. */
  render(page: string): Rendered;
}

/** Renders a bundle's components by miniprogram-simulate, in jsdom. `run` runs one file of the bundle. */
export function createScreen(folder: string, run: (file: string) => unknown): Screen {
  const ids = new Map<string, string>();
  let defined: ComponentOptions | null = null;

  /** The id under which a component is known, after its own components. */
  function register(component: string): string {
    const known = ids.get(component);
    if (known) return known;
    const using = Object.entries(readUsing(component)).map(([tag, file]) => {
      return [tag, register(path.posix.join(path.posix.dirname(component), file))];
    });
    defined = null;
    run(`${component}.js`);
    if (!defined) throw new Error(`${component}.js did not call Component()`);
    const id = component.replace(/\W/g, '-');
    const wxml = readFileSync(path.join(folder, `${component}.wxml`), 'utf8');
    simulate.load({ ...bindByName(defined, wxml), id, tagName: id, usingComponents: Object.fromEntries(using) });
    ids.set(component, id);
    return id;
  }

  function readUsing(component: string): Record<string, string> {
    // Written by the build.
    const json = JSON.parse(readFileSync(path.join(folder, `${component}.json`), 'utf8')) as {
      usingComponents?: Record<string, string>;
    };
    return json.usingComponents ?? {};
  }

  return {
    define: (options) => {
      defined = options;
    },
    render: (page) => simulate.render(register(page)),
  };
}

/** The component tree's side of an element. */
interface Node {
  _vt?: { attrs: { name: string; value: unknown }[] };
}

// jsdom's element carries it under this name.
const nodeOf = (element: Element) => (element as unknown as { __wxElement: Node }).__wxElement;

/** An attribute as it was rendered, also one that jsdom's element does not carry. */
export function attribute(element: Element, name: string): unknown {
  return nodeOf(element)._vt?.attrs.find((attr) => attr.name === name)?.value;
}

export function attach(rendered: Rendered): void {
  rendered.attach(body);
}

/** A touch on the element, or an event of a built-in component with its detail. It rises through all components, as on a phone. */
export function dispatch(element: Element, name: string, detail: object = {}): void {
  exparser.Event.dispatchEvent(
    nodeOf(element),
    exparser.Event.create(name, detail, { bubbles: true, composed: true, capturePhase: true }),
  );
}
