import type { Plugin } from 'vite';

const BEACON = /function preloadAsset\(\) \{/;

/**
 * Empties the function by which uni-app's production builds for mini programs call DCloud's server 3 s after launch, and drops
 * the style that does the same. Fails when the runtime no longer has it in this form: then it has to be looked at again.
 */
export function removeBeacon(): Plugin {
  return {
    name: 'darkroom:remove-beacon',
    enforce: 'pre',
    transform(code, id) {
      if (!/uni-mp-[a-z]+\/dist\/uni\.mp\.esm\.js/.test(id)) return null;
      if (!BEACON.test(code)) this.error(`No preloadAsset in ${id}: see what this version of uni-app does instead.`);
      return { code: code.replace(BEACON, '$& return;'), map: null };
    },
  };
}
