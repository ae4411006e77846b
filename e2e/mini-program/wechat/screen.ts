import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bindByName, type ComponentOptions } from './component-options.ts';
import { type Rendered, simulate } from './component-tree.ts';

export interface Screen {
  /** Takes the argument of Component() while a component's file runs. */
  define(options: ComponentOptions): void;
  /** Renders a page with all its components from the built WXML; the page is not attached yet. */
  render(page: string): Rendered;
}

/** Renders a bundle's components with miniprogram-simulate in jsdom. `run` runs one file of the bundle. */
export function createScreen(folder: string, run: (file: string) => unknown): Screen {
  const ids = new Map<string, string>();
  let defined: ComponentOptions | null = null;

  /** Registers a component after the components it uses, and returns its id. */
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
    // The file is written by the build.
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
