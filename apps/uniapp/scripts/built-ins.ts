/**
 * Which built-ins are newer than the app's targets, by MDN's browser-compat-data: ES2018 everywhere (iOS 12, Chrome 64), and
 * in browsers the web APIs of iOS 13 and Chrome 70.
 */
import { createRequire } from 'node:module';
import type { CompatData, CompatStatement, Identifier } from '@mdn/browser-compat-data';

type Versions = Partial<Record<'chrome' | 'safari_ios', number>>;

const LANGUAGE: Versions = { chrome: 64, safari_ios: 12 };
const WEB: Versions = { chrome: 70, safari_ios: 13 };

/** Built-ins by name; the value says whether the targets have them. */
export interface BuiltIns {
  /** `structuredClone`, `WeakRef` */
  globals: Map<string, boolean>;
  /** `Object.fromEntries`, `Intl.ListFormat` */
  statics: Map<string, boolean>;
  /** `Array.prototype.at`, by its owner and its name */
  members: { owner: string; name: string; isThere: boolean }[];
}

// Its main file is JSON; these are the types that come with it.
const data = createRequire(import.meta.url)('@mdn/browser-compat-data') as CompatData;

/** JavaScript's own. */
export function languageBuiltIns(): BuiltIns {
  const { builtins } = data.javascript;
  if (!builtins) throw new Error('browser-compat-data has no javascript.builtins');
  const found = collect(builtins, LANGUAGE, false);
  // Namespaces: their constructors are no globals.
  for (const namespace of ['Intl', 'WebAssembly', 'Temporal']) {
    for (const [name, entry] of entriesOf(builtins[namespace])) {
      if (entry.__compat) found.statics.set(`${namespace}.${name}`, isThere(entry.__compat, LANGUAGE));
    }
  }
  return found;
}

/** What browsers have beside it. */
export function webBuiltIns(): BuiltIns {
  const found = collect(data.api, WEB, true);
  for (const [name, entry] of entriesOf(data.api.Window)) {
    if (entry.__compat && !name.includes('_')) found.globals.set(name, isThere(entry.__compat, WEB));
  }
  return found;
}

function collect(owners: Identifier, target: Versions, isWeb: boolean): BuiltIns {
  const found: BuiltIns = { globals: new Map(), statics: new Map(), members: [] };
  for (const [owner, entry] of entriesOf(owners)) {
    if (entry.__compat) found.globals.set(owner, isThere(entry.__compat, target));
    for (const [key, { __compat }] of entriesOf(entry)) {
      // Symbols, events, constructors, and notes on behaviour.
      if (!__compat || key === owner || !/^[A-Za-z0-9]+(_static)?$/.test(key)) continue;
      const name = key.replace(/_static$/, '');
      found.statics.set(`${owner}.${name}`, isThere(__compat, target));
      // A namespace, such as Atomics, has no constructor, and nothing but statics.
      const isMember = key === name && (isWeb || owner in entry);
      if (isMember) found.members.push({ owner, name, isThere: isThere(__compat, target) });
    }
  }
  return found;
}

function entriesOf(entry: Identifier | undefined): [string, Identifier][] {
  return Object.entries(entry ?? {}).filter(([key]) => key !== '__compat') as [string, Identifier][];
}

function isThere({ support }: CompatStatement, target: Versions): boolean {
  return (['chrome', 'safari_ios'] as const).every((browser) => {
    const statements = [support[browser] ?? []].flat();
    if (statements.length === 0) return true; // nothing is known
    return statements.some(({ version_added, version_removed, flags, prefix, alternative_name }) => {
      if (flags || prefix || alternative_name || version_removed) return false;
      return versionOf(version_added) <= (target[browser] ?? 0);
    });
  });
}

function versionOf(version: unknown): number {
  return typeof version === 'string' && version !== 'preview' ? Number.parseFloat(version.replace('≤', '')) : Infinity;
}
