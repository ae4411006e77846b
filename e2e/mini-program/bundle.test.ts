import { expect, test } from 'vitest';
import { readOutput } from '../../apps/uniapp/scripts/build-output.ts';
import { findFaults, printSizes } from '../../apps/uniapp/scripts/check-output.ts';
import { MINI_PROGRAM } from './wechat/open-mini-program.ts';

test('stays within its size limits, and contains no address of a third party', () => {
  const bundle = readOutput(MINI_PROGRAM, 'mp-weixin');
  printSizes(bundle);
  expect(findFaults(bundle)).toEqual([]);
});
