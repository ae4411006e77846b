import uniPlugin from '@dcloudio/vite-plugin-uni';
import { defineConfig, type Plugin } from 'vite';
import { bindGlobals } from './vite/bind-globals.ts';
import { moveToSubpackages } from './vite/move-to-subpackages.ts';
import { removeBeacon } from './vite/remove-beacon.ts';
import { removeForeignImages } from './vite/remove-foreign-images.ts';

// A CommonJS module: its default export arrives one level down under Node's rules, and its types do not say so.
const { default: uni } = uniPlugin as unknown as { default: () => Plugin[] };

const platform = process.env.UNI_PLATFORM ?? 'h5';
const isMiniProgram = platform.startsWith('mp-');
const api = process.env.API_ORIGIN ?? 'http://localhost:8080';

/**
 * What several subpackages of the mini program get a copy of: texts, and components and modules without state of their own.
 * By the beginning of the path.
 */
const COPIED = [
  'i18n/',
  'ui/notice-strip',
  'features/job/describe-',
  'features/job/failure-card',
  'features/job/placeholder',
  'features/create/forget-deleted',
  'features/create/to-form',
  'features/create/use-repeat-job',
];

export default defineConfig({
  plugins: [uni(), ...pluginsOf(platform)],
  // Syntax and styles; scripts/newer-built-ins.ts looks for library calls above the same targets.
  build: { target: platform === 'h5' ? ['es2018', 'chrome70', 'safari13'] : 'es2018' },
  server: { host: '127.0.0.1', proxy: { '/trpc': api, '/api': api, '/files': api, '/dev': api } },
});

function pluginsOf(name: string): Plugin[] {
  if (isMiniProgram)
    return [removeBeacon(), bindGlobals(), moveToSubpackages((unit) => COPIED.some((start) => unit.startsWith(start)))];
  return name === 'h5' ? [removeForeignImages()] : [bindGlobals()];
}
