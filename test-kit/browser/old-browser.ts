import { languageBuiltIns, webBuiltIns } from '@darkroom/uniapp/built-ins';
import type { BrowserContext } from 'playwright-core';

/** Playwright evaluates its code in the page's own realm, which needs these built-ins. */
const NEEDED_BY_PLAYWRIGHT = new Set(['globalThis', 'BigInt64Array', 'BigUint64Array']);

/** Lists the built-ins that are newer than the app's targets, in the shape that `removeBuiltIns` takes. */
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

/** Returns a script that removes these built-ins from the realm it runs in. */
export function removalScript(newer: NewerBuiltIns): string {
  return `(${removeBuiltIns})(${JSON.stringify(newer)})`;
}

/**
 * Removes from every page of this context the built-ins that are newer than the app's targets, according to MDN's data.
 */
export async function removeNewerBuiltIns(context: BrowserContext): Promise<void> {
  await context.addInitScript(removalScript(newerBuiltIns(languageBuiltIns(), webBuiltIns())));
  // Before iOS 14, MediaQueryList is no EventTarget.
  await context.addInitScript('MediaQueryList.prototype.addEventListener = undefined');
}

/** Runs in the other realm from its source text, so it must not refer to anything else in this file. */
function removeBuiltIns({ globals, statics, members }: NewerBuiltIns): void {
  const realm = globalThis as unknown as Record<string, { prototype?: object } | undefined>; // unchecked
  const remove = (from: object | undefined, name: string) => from && Reflect.deleteProperty(from, name);
  for (const [owner = '', name = ''] of statics) remove(realm[owner], name);
  for (const [owner = '', name = ''] of members) remove(realm[owner]?.prototype, name);
  for (const name of globals) remove(realm, name);
}
