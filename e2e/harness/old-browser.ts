import type { BrowserContext } from 'playwright-core';
import { languageBuiltIns, webBuiltIns } from '../../apps/uniapp/scripts/built-ins.ts';

/** It evaluates in the page's own realm. */
const NEEDED_BY_PLAYWRIGHT = new Set(['globalThis', 'BigInt64Array', 'BigUint64Array']);

/** What is newer than the app's targets, in the shape that `removeBuiltIns` takes. */
export function newerBuiltIns(...from: ReturnType<typeof languageBuiltIns>[]): NewerBuiltIns {
  const missing = (names: Map<string, boolean>) => [...names].filter(([, isThere]) => !isThere).map(([name]) => name);
  return {
    globals: from.flatMap(({ globals }) => missing(globals)).filter((name) => !NEEDED_BY_PLAYWRIGHT.has(name)),
    statics: from.flatMap(({ statics }) => missing(statics)).map((name) => name.split('.')),
    members: from.flatMap(({ members }) =>
      members.filter(({ isThere }) => !isThere).map(({ owner, name }) => [owner, name]),
    ),
  };
}

interface NewerBuiltIns {
  globals: string[];
  statics: string[][];
  members: string[][];
}

/** A script that takes them out of the realm that it runs in. */
export function removalScript(newer: NewerBuiltIns): string {
  return `(${removeBuiltIns})(${JSON.stringify(newer)})`;
}

/** Every page of this context lacks what is newer than the app's targets, by MDN's data. */
export async function ageBrowser(context: BrowserContext): Promise<void> {
  await context.addInitScript(removalScript(newerBuiltIns(languageBuiltIns(), webBuiltIns())));
  // Before iOS 14 a media query is no EventTarget.
  await context.addInitScript('MediaQueryList.prototype.addEventListener = undefined');
}

/** Runs in the other realm, from its source: nothing of this file is in reach. */
function removeBuiltIns({ globals, statics, members }: NewerBuiltIns): void {
  const realm = globalThis as unknown as Record<string, { prototype?: object } | undefined>; // whatever it has
  const remove = (from: object | undefined, name: string) => from && Reflect.deleteProperty(from, name);
  for (const [owner = '', name = ''] of statics) remove(realm[owner], name);
  for (const [owner = '', name = ''] of members) remove(realm[owner]?.prototype, name);
  for (const name of globals) remove(realm, name);
}
