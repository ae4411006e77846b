import { fileURLToPath } from 'node:url';
import inject from '@rollup/plugin-inject';
import type { Plugin } from 'vite';

const source = fileURLToPath(new URL('../src/platform/abort-controller.ts', import.meta.url));

/** Gives mini programs the AbortController that tRPC and the sdk name as a global. */
export function bindAbortController(): Plugin {
  return {
    // Its types name rollup's own plugin context, of which Vite's is an extension.
    ...(inject({ AbortController: source, exclude: [source] }) as Plugin),
    name: 'darkroom:bind-abort-controller',
    enforce: 'post',
  };
}
