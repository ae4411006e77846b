import { expect, it } from 'vitest';
import { moveFiles } from '../vite/move-to-subpackages.ts';

const component = (name: string, js = '', using: Record<string, string> = {}): [string, string][] => [
  [`${name}.js`, js],
  [`${name}.json`, JSON.stringify({ usingComponents: using }, null, 2)],
  [`${name}.wxml`, `<view>${name}</view>`],
];

const BUILT = new Map([
  [
    'app.json',
    JSON.stringify({
      pages: ['pages/index/index'],
      subPackages: [
        { root: 'pages/shop', pages: ['cart'] },
        { root: 'pages/help', pages: ['help'] },
      ],
    }),
  ],
  ['app.js', 'require("./shared/store.js")'],
  ...component('pages/index/index'),
  ...component('pages/shop/cart', 'require("../../shared/price.js");require("../../shared/store.js")', {
    'cart-row': '../../ui/cart-row',
    'text-line': '../../ui/text-line',
  }),
  ...component('pages/help/help', '', { 'text-line': '../../ui/text-line' }),
  ...component('ui/cart-row', 'require("../shared/price.js")', { 'text-line': './text-line' }),
  ...component('ui/text-line'),
  ['shared/price.js', 'require("./store.js")'],
  ['shared/store.js', ''],
]);

const changes = new Map(moveFiles(BUILT, () => false).map(({ from, to, text }) => [from, { to, text }]));

it('moves what only one subpackage uses, all files of a component together', () => {
  const moved = [...changes].filter(([from, { to }]) => from !== to).map(([, { to }]) => to);
  expect(moved.sort()).toEqual([
    'pages/shop/shared/price.js',
    'pages/shop/ui/cart-row.js',
    'pages/shop/ui/cart-row.json',
    'pages/shop/ui/cart-row.wxml',
  ]);
});

it('rewrites every path to the new place of its file', () => {
  expect(changes.get('pages/shop/cart.js')?.text).toBe('require("./shared/price.js");require("../../shared/store.js")');
  expect(JSON.parse(changes.get('pages/shop/cart.json')?.text ?? '')).toEqual({
    usingComponents: { 'cart-row': './ui/cart-row', 'text-line': '../../ui/text-line' },
  });
  expect(changes.get('ui/cart-row.js')?.text).toBe('require("../shared/price.js")');
  expect(changes.get('ui/cart-row.json')?.text).toContain('"../../../ui/text-line"');
  expect(changes.get('shared/price.js')?.text).toBe('require("../../../shared/store.js")');
});

it('copies what several subpackages use into each of them where that is allowed, and keeps one file otherwise', () => {
  const shared = new Map([
    ...BUILT,
    ...component('pages/help/help', 'require("../../shared/price.js")', { 'text-line': '../../ui/text-line' }),
  ]);
  const copied = moveFiles(shared, (unit) => unit === 'shared/price');
  expect(copied.filter(({ from }) => from === 'shared/price.js').map(({ to, text }) => ({ to, text }))).toEqual([
    { to: 'pages/shop/shared/price.js', text: 'require("../../../shared/store.js")' },
    { to: 'pages/help/shared/price.js', text: 'require("../../../shared/store.js")' },
  ]);
  expect(copied.find(({ from }) => from === 'pages/help/help.js')?.text).toBe('require("./shared/price.js")');
  expect(copied.find(({ from }) => from === 'ui/cart-row.js')?.text).toBe('require("../shared/price.js")');

  expect(moveFiles(shared, () => false).filter(({ from }) => from === 'shared/price.js')).toEqual([]);
  const usedByMain = new Map([...shared, ['app.js', 'require("./shared/price.js")']]);
  expect(moveFiles(usedByMain, () => true).filter(({ from }) => from === 'shared/price.js')).toEqual([]);
});
