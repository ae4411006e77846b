import uniPlugin from '@dcloudio/vite-plugin-uni';
import { defineConfig, type Plugin } from 'vite';
import { removeForeignImages } from './vite/remove-foreign-images.ts';

// A CommonJS module: its default export arrives one level down under Node's rules, and its types do not say so.
const { default: uni } = uniPlugin as unknown as { default: () => Plugin[] };

export default defineConfig({ plugins: [uni(), removeForeignImages()] });
