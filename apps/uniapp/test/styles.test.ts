import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const src = new URL('../src/', import.meta.url);
const components = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.vue'));

/** Drawn in the colours of photographic paper, which are no part of the design. */
const DRAWINGS = ['features/job/progress-preview.vue'];

/** What has to come from design/tokens.css. A drawn shape's size and place are its own, also where something keeps clear of it. */
const SCALED = /^(font-size|margin|padding|gap|border-radius)/;

/** The law's mark on a picture: its glyphs are sized by the picture's shorter side. */
const isMark = (where: string) => /image-(grid|viewer|frame)\.vue: font-size/.test(where);

interface Declaration {
  where: string;
  property: string;
  value: string;
}

function declarationsOf(path: string): Declaration[] {
  const styles = [...readFileSync(new URL(path, src), 'utf8').matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)];
  const css = styles.map(([, text = '']) => text.replace(/\/\*[\s\S]*?\*\//g, '')).join('\n');
  return [...css.matchAll(/([\w-]+):\s*([^;{}]+);/g)].map(([all, property = '', value = '']) => {
    return { where: `${path}: ${all.replace(/\s+/g, ' ')}`, property, value };
  });
}

const declarations = components.filter((path) => !DRAWINGS.includes(path)).flatMap(declarationsOf);
const findFaults = (isFault: (declaration: Declaration) => boolean) =>
  declarations.filter(isFault).map(({ where }) => where);

it('allows no component a colour outside the design tokens', () => {
  expect(declarations.length).toBeGreaterThan(100);
  expect(findFaults(({ value }) => /#[0-9a-f]{3,8}\b|\b(rgb|hsl)a?\((?!var)/i.test(value))).toEqual([]);
});

it('allows no component a font size, distance or corner radius outside the design tokens', () => {
  const isOwn = ({ property, value }: Declaration) => SCALED.test(property) && /^(?!calc\().*\d(px|rem)/.test(value);
  expect(findFaults((declaration) => isOwn(declaration) && !isMark(declaration.where))).toEqual([]);
});
