import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/** Written by `record.ts`, beside this file's JavaScript. */
export interface RecordedModules {
  /** By the URL of the importing module, then by `resolutionKey`. */
  resolved: Record<string, Record<string, { url: string; format: string | null | undefined }>>;
  /** TypeScript sources without their types, by URL. */
  sources: Record<string, string>;
}

/**
 * Preloaded into the Node processes that tests start. They run the same sources, but neither search the disk for each
 * module nor remove the types of each file again. What was not recorded is left to Node.
 */
// `record.ts` wrote it with this type.
const { resolved, sources } = JSON.parse(
  readFileSync(new URL('modules.json', import.meta.url), 'utf8'),
) as RecordedModules;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const kind = context.conditions.includes('require') ? 'require' : 'import';
    const known = resolved[context.parentURL ?? '']?.[`${kind} ${specifier}`];
    return known ? { ...known, shortCircuit: true } : nextResolve(specifier, context);
  },
  load(url, context, nextLoad) {
    const source = sources[url];
    return source === undefined ? nextLoad(url, context) : { format: 'module', source, shortCircuit: true };
  },
});
