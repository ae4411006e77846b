import { readOutput } from '@darkroom/uniapp/build-output';
import { findFaults, printSizes } from '@darkroom/uniapp/check-output';
import { expect, test } from 'vitest';
import { MINI_PROGRAM } from './wechat/open-mini-program.ts';

test('stays within its size limits, and contains no address of a third party', () => {
  const bundle = readOutput(MINI_PROGRAM, 'mp-weixin');
  printSizes(bundle);
  expect(findFaults(bundle)).toEqual([]);
});
