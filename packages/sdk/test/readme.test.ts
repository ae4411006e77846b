import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

test('shows in the README exactly the examples that are compiled and run', () => {
  const shown = Array.from(read('README.md').matchAll(/^```ts\n(.*?)^```$/gms), ([, code]) => code);
  const examples = ['first-image', 'browser/main', 'vue/use-image-job', 'mini-program'];
  expect(shown).toEqual(examples.map((name) => read(`examples/${name}.ts`)));
});
