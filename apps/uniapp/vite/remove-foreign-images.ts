import type { Plugin } from 'vite';

const FOREIGN_IMAGE = /background-image:\s*url\((['"]?)https?:\/\/[^)]*\1\);?/g;

/** Removes the images that uni-app's own styles load from DCloud's servers: shadows of a title bar that is not used. */
export function removeForeignImages(): Plugin {
  return {
    name: 'darkroom:remove-foreign-images',
    // After uni-app's own pre-plugin, which adds them, and before the styles are bundled.
    transform(code, id) {
      if (!/\.css(\?|$)/.test(id) || !FOREIGN_IMAGE.test(code)) return null;
      return { code: code.replace(FOREIGN_IMAGE, ''), map: null };
    },
  };
}
