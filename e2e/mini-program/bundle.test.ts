import { expect, test } from 'vitest';
import { bytesOf, findFaults, readOutput } from '../../apps/uniapp/scripts/check-output.ts';
import { MINI_PROGRAM } from './wechat/open-mini-program.ts';

test('the built mini program is small, and calls nobody but us', () => {
  const bundle = readOutput(MINI_PROGRAM, 'mp-weixin');
  console.log(`mp-weixin, main package: ${(bytesOf(bundle) / 1000).toFixed(1)} kB of 200 kB`);
  expect(findFaults(bundle)).toEqual([]);
});
