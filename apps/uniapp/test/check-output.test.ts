import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import type { BuildOutput } from '../scripts/build-output.ts';
import { findFaults, PAGES } from '../scripts/check-output.ts';
import { removeBeacon } from '../vite/remove-beacon.ts';
import { removeForeignImages } from '../vite/remove-foreign-images.ts';

type Files = Record<string, string>;

const H5: Files = { 'index.html': '<script type="module" src="./a.js"></script>' };
const MINI_PROGRAM: Files = {
  ...Object.fromEntries(
    ['app', ...PAGES].flatMap((name) => ['js', 'wxml', 'wxss'].map((kind) => [`${name}.${kind}`, ''])),
  ),
  'app.json': JSON.stringify({ pages: [], subPackages: [{ root: 'pages/discover', pages: [] }] }),
};

const FIRST_PAGE: Files = { 'a.js': '', 'assets/pages-index-index.1.js': 'import{a}from"../b.js";' };

const spaces = (bytes: number) => ' '.repeat(bytes);
/** Text that gzip makes no smaller than so many bytes. */
const noise = (bytes: number) => `/*${randomBytes(bytes).toString('base64')}*/`;

function output(name: BuildOutput['name'], files: Files): BuildOutput {
  return { name, files: Object.entries(files).map(([path, text]) => ({ path, text, bytes: text.length })) };
}

describe('findFaults', () => {
  it('accepts a build that obeys every rule', () => {
    expect(findFaults(output('h5', H5))).toEqual([]);
    expect(findFaults(output('mp-weixin', MINI_PROGRAM))).toEqual([]);
  });

  it('sets no size limit for a subpackage or for a page after the first', () => {
    const later = { ...MINI_PROGRAM, 'pages/discover/a.js': spaces(200_001) };
    expect(findFaults(output('mp-weixin', later))).toEqual([]);
    expect(findFaults(output('h5', { ...H5, 'pages-history-history.1.js': noise(120_000) }))).toEqual([]);
  });

  it.each<[string, BuildOutput['name'], Files, string]>([
    ['a missing file', 'h5', {}, 'index.html is missing'],
    ['the beacon', 'mp-weixin', { ...MINI_PROGRAM, 'common/vendor.js': 'wx.preloadAssets({})' }, 'beacon'],
    ['a foreign image', 'h5', { ...H5, 'a.css': 'a{background:url(https://cdn.example/i.png)}' }, 'cdn.example'],
    [
      'a foreign image without a scheme',
      'h5',
      { ...H5, 'a.css': 'a{background:url(//cdn.example/i.png)}' },
      'cdn.example',
    ],
    ['an inline script', 'h5', { 'index.html': '<script>1</script>' }, 'inline script'],
    ['a main package that is too large', 'mp-weixin', { ...MINI_PROGRAM, 'a.js': spaces(200_000) }, 'main package'],
    [
      'packages that are too large in all',
      'mp-weixin',
      { ...MINI_PROGRAM, 'pages/discover/a.js': spaces(2_000_000) },
      'all packages',
    ],
    ['a method that old browsers lack', 'h5', { ...H5, 'a.js': 'f().at(-1)' }, 'h5/a.js: .at() is newer'],
    [
      'a method that old mini program engines lack',
      'mp-weixin',
      { ...MINI_PROGRAM, 'a.js': '[[1]].flat()' },
      '.flat() is newer',
    ],
    [
      'a built-in that old native apps lack',
      'app',
      { 'app-service.js': 'Object.hasOwn({},"a")' },
      'Object.hasOwn is newer',
    ],
    ['a first page that is too large', 'h5', { ...H5, ...FIRST_PAGE, 'b.js': noise(120_000) }, 'first page'],
  ])('reports %s', (_what, name, files, fault) => {
    expect(findFaults(output(name, files)).join('\n')).toContain(fault);
  });
});

type Transform = (code: string, id: string) => { code: string } | null;

/** A plugin's transform as a plain function. */
function transformOf({ transform }: { transform?: unknown }): Transform {
  const context = {
    error: (text: string) => {
      throw new Error(text);
    },
  };
  // Both plugins give a function, which uses no other part of the context.
  return (transform as Transform).bind(context);
}

describe('the removal of the beacon', () => {
  const id = createRequire(import.meta.url).resolve('@dcloudio/uni-mp-weixin/dist/uni.mp.esm.js');
  const transform = transformOf(removeBeacon());

  it('empties preloadAsset in the installed mini program runtime', () => {
    const cut = transform(readFileSync(id, 'utf8'), id);
    expect(cut?.code).toMatch(/function preloadAsset\(\) \{ return;/);
  });

  it('fails the build when the runtime has no preloadAsset function', () => {
    expect(() => transform('somethingElse()', id)).toThrow('No preloadAsset');
  });
});

describe('the removal of foreign images', () => {
  it('removes images of other origins from the styles and leaves every other declaration', () => {
    const css = "a{color:red;background-image: url('https://cdn.example/i.png');}b{background-image:url(data:x)}";
    const cleaned = transformOf(removeForeignImages())(css, 'page.css');
    expect(cleaned?.code).toBe('a{color:red;}b{background-image:url(data:x)}');
  });
});
