import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { attribute, type Element } from './component-tree.ts';

/** The default appearance of WeChat's elements, before any style of the app. */
const ELEMENTS = `
  wx-view, wx-textarea, wx-button, wx-movable-area, wx-movable-view { display: block; }
  wx-image { display: inline-block; overflow: hidden; width: 320px; height: 240px;
    background-position: center; background-repeat: no-repeat; background-size: 100% 100%; }
  wx-image[data-mode=aspectFill] { background-size: cover; }
  wx-image[data-mode=aspectFit] { background-size: contain; }
  wx-text { white-space: pre-line; }
  wx-textarea { white-space: pre-wrap; }
  wx-switch { display: inline-block; width: 52px; height: 32px; border-radius: 16px; background: #ccc; }
  body { margin: 0; }`;

interface Drawing {
  /** The bundle that the page was rendered from. */
  folder: string;
  /** Maps the `src` of an image to an address from which it can be loaded. */
  locate(src: string): string;
}

/** Turns a rendered page into an HTML document for a browser: its tree, the bundle's styles and its images in place. */
export function drawPage(dom: Element, { folder, locate }: Drawing): string {
  for (const image of dom.querySelectorAll('wx-image')) {
    const style = image.getAttribute('style') ?? '';
    image.setAttribute('style', `${style};background-image:url("${locate(String(attribute(image, 'src')))}")`);
    image.setAttribute('data-mode', String(attribute(image, 'mode')));
  }
  for (const field of dom.querySelectorAll('wx-textarea')) {
    field.textContent = String(attribute(field, 'value') || attribute(field, 'placeholder'));
  }
  return `<!doctype html><meta charset="utf-8"><style>${ELEMENTS}${readStyles(folder)}</style><body>${dom.outerHTML}</body>`;
}

/** Joins all styles of the bundle. They do not collide, because class names contain their component's name. */
function readStyles(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.wxss'));
  // The program's own styles come first, as in WeChat.
  files.sort((a, b) => Number(b === 'app.wxss') - Number(a === 'app.wxss'));
  const styles = files.map((file) => readFileSync(path.join(folder, file), 'utf8').replace(/@import[^;]+;/g, ''));
  return styles.join('\n').replace(/(^|[},\s])page(?=[\s{,])/g, '$1body');
}
