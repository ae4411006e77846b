import { readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { newerBuiltIns, removalScript } from '@darkroom/test-kit/browser/old-browser';
import { languageBuiltIns } from '@darkroom/uniapp/built-ins';

type Module = { exports: unknown };

/** Globals of browsers and Node that a mini program does not have. */
const MISSING_IN_WECHAT = [
  'AbortController',
  'AbortSignal',
  'Blob',
  'Buffer',
  'EventSource',
  'File',
  'FormData',
  'Headers',
  'Request',
  'Response',
  'TextDecoder',
  'TextEncoder',
  'URL',
  'URLSearchParams',
  'WebSocket',
  'XMLHttpRequest',
  'crypto',
  'document',
  'fetch',
  'localStorage',
  'location',
  'navigator',
  'process',
  'queueMicrotask',
  'self',
  'structuredClone',
  'window',
];

export interface Bundle {
  /** Runs one file of the bundle as WeChat does: once, as CommonJS. `file` is relative to its folder. */
  require(file: string): unknown;
  /** Globals that the bundle looked up and that WeChat does not have; each is undefined. */
  missed: Set<string>;
}

/** Runs a built mini program in a realm of its own, whose only globals are those of ES2018 and the given ones. */
export function runBundle(folder: string, globals: Record<string, unknown>): Bundle {
  const missed = new Set<string>();
  // As in WeChat, eval and new Function are forbidden.
  const context = vm.createContext({ ...globals }, { codeGeneration: { strings: false, wasm: false } });
  vm.runInContext(removalScript(newerBuiltIns(languageBuiltIns())), context);
  for (const name of MISSING_IN_WECHAT) {
    Object.defineProperty(context, name, {
      get() {
        missed.add(name);
        return undefined;
      },
    });
  }

  const modules = new Map<string, Module>();
  function run(file: string): unknown {
    const known = modules.get(file);
    if (known) return known.exports;
    const module: Module = { exports: {} };
    modules.set(file, module);
    const code = readFileSync(path.join(folder, file), 'utf8');
    const wrapped = vm.compileFunction(code, ['require', 'module', 'exports'], {
      filename: file,
      parsingContext: context,
    });
    wrapped((request: string) => run(path.posix.join(path.posix.dirname(file), request)), module, module.exports);
    return module.exports;
  }

  return { require: run, missed };
}
