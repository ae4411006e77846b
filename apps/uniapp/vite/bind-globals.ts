import { fileURLToPath } from 'node:url';
import inject from '@rollup/plugin-inject';
import type { Plugin } from 'vite';

const sourceOf = (name: string) => fileURLToPath(new URL(`../src/platform/${name}.ts`, import.meta.url));

const GLOBALS = {
  /** Named by tRPC and the sdk. */
  AbortController: sourceOf('abort-controller'),
  /** Named by thumbhash. */
  btoa: sourceOf('btoa'),
};

/** Gives mini programs and native apps what libraries take for a global and their runtimes do not have. */
export function bindGlobals(): Plugin {
  return {
    // Its types name rollup's own plugin context, of which Vite's is an extension.
    ...(inject({ ...GLOBALS, exclude: Object.values(GLOBALS) }) as Plugin),
    name: 'darkroom:bind-globals',
    enforce: 'post',
  };
}
