import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const SRC = path.resolve(import.meta.dirname, '../../src/provider');
const providers = globSync('*-provider.ts', { cwd: SRC }).filter((file) => file !== 'image-provider.ts');

test.each(providers)('%s is held to what every image provider promises', (file) => {
  const its = path.join(import.meta.dirname, file.replace('.ts', '.test.ts'));
  expect(existsSync(its) ? readFileSync(its, 'utf8') : 'no test').toContain('testImageProvider(');
});
