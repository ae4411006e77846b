import { describe, expect, it } from 'vitest';
import { findNewerBuiltIns } from '../scripts/newer-built-ins.ts';

describe('findNewerBuiltIns', () => {
  it.each([
    ['list.at(-1)', '.at()'],
    ['null == (t = list) ? void 0 : t.at(-1)', '.at()'],
    ['list["findLast"](f)', '.findLast()'],
    ['list.flatMap(f)', '.flatMap()'],
    ['list.toSorted()', '.toSorted()'],
    ['text.replaceAll("a", "b")', '.replaceAll()'],
    ['text.matchAll(/a/g)', '.matchAll()'],
    ['text.trimStart()', '.trimStart()'],
    ['new Error("a", { cause: b }); text.isWellFormed()', '.isWellFormed()'],
    ['Object.fromEntries(list)', 'Object.fromEntries'],
    ['const from = Object.fromEntries', 'Object.fromEntries'],
    ['Object.hasOwn(a, "b")', 'Object.hasOwn'],
    ['Object.groupBy(list, f)', 'Object.groupBy'],
    ['Promise.allSettled([])', 'Promise.allSettled'],
    ['Promise.any([])', 'Promise.any'],
    ['Promise.withResolvers()', 'Promise.withResolvers'],
    ['new WeakRef(a)', 'WeakRef'],
    ['throw new AggregateError([])', 'AggregateError'],
    ['new Intl.ListFormat("zh")', 'Intl.ListFormat'],
    ['new Intl.Segmenter("zh")', 'Intl.Segmenter'],
    ['globalThis.x = 1', 'globalThis'],
    ['a?.b', '?.'],
    ['a ?? b', '??'],
    ['a ||= b', '||='],
    ['class A { b = 1 }', 'class fields'],
    ['try { a() } catch { b() }', 'catch without a binding'],
    ['x = /(?<=a)b/', '/(?<=a)b/'],
    ['x = /a/v', '/a/v'],
  ])('finds %s in a browser and in an app engine', (code, name) => {
    expect(findNewerBuiltIns(code, 'engine')).toContain(name);
    expect(findNewerBuiltIns(code, 'browser')).toContain(name);
  });

  it.each([
    ['structuredClone(a)', 'structuredClone'],
    ['queueMicrotask(f)', 'queueMicrotask'],
    ['window.structuredClone(a)', 'structuredClone'],
    ['new ResizeObserver(f)', 'ResizeObserver'],
    ['AbortSignal.timeout(1)', 'AbortSignal.timeout'],
    ['AbortSignal.any([a])', 'AbortSignal.any'],
    ['URL.canParse(a)', 'URL.canParse'],
    ['URL.parse(a)', 'URL.parse'],
    ['crypto.randomUUID()', '.randomUUID()'],
    ['navigator.share({})', '.share()'],
    ['element.replaceChildren()', '.replaceChildren()'],
    ['element.checkVisibility()', '.checkVisibility()'],
    ['signal.throwIfAborted()', '.throwIfAborted()'],
  ])('finds %s in a browser build', (code, name) => {
    expect(findNewerBuiltIns(code, 'browser')).toEqual([name]);
  });

  it.each([
    'list.map(f).filter(g).includes(1); text.padStart(2); Object.entries(a); promise.finally(f)',
    'typeof structuredClone; typeof crypto.randomUUID; typeof globalThis',
    'fault.at; const { at } = fault; f({ at: 1 })',
    'function f(WeakRef) { return new WeakRef() }',
    'import("./a.js"); import.meta.url; async function* f() { for await (const a of b) yield a }',
    'new AbortController().signal; fetch(a); new IntersectionObserver(f); element.toggleAttribute("a")',
  ])('accepts what the targets support: %s', (code) => {
    expect(findNewerBuiltIns(code, 'browser')).toEqual([]);
  });
});
