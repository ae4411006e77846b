import uniPlugin from '@dcloudio/vite-plugin-uni';
import { defineConfig, type Plugin } from 'vite';
import { removeForeignImages } from './vite/remove-foreign-images.ts';

// A CommonJS module: under Node's rules its default export is one level down, which its types do not declare.
const { default: uni } = uniPlugin as unknown as { default: () => Plugin[] };

export default defineConfig({ plugins: [uni(), removeForeignImages()] });
