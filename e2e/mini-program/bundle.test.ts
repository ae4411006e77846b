import { expect, test } from 'vitest';
import { readOutput } from '../../apps/uniapp/scripts/build-output.ts';
import { findFaults, printSizes } from '../../apps/uniapp/scripts/check-output.ts';
import { MINI_PROGRAM } from './wechat/open-mini-program.ts';

test('the built mini program is small, and calls nobody but us', () => {
  const bundle = readOutput(MINI_PROGRAM, 'mp-weixin');
  printSizes(bundle);
  expect(findFaults(bundle)).toEqual([]);
});
