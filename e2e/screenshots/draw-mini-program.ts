import { readFile } from 'node:fs/promises';
import { CHECKOUT } from '@darkroom/test-kit/process/checkout';
import { startVitest } from 'vitest/node';

const PAGES = ['index', 'loading', 'result'];

/** The same three pages of the built mini program, as drawn by its page test. Rejects when that test fails. */
export async function drawMiniProgram(): Promise<Buffer[]> {
  const vitest = await startVitest(['e2e/mini-program/pages.test.ts'], { root: CHECKOUT, watch: false });
  const isDrawn = vitest.state.getTestModules().every((module) => module.ok());
  await vitest.close();
  if (!isDrawn) throw new Error('The mini program could not be drawn.');
  return Promise.all(PAGES.map((name) => readFile(`${CHECKOUT}test-output/mini-program/${name}-light-zh.png`)));
}
