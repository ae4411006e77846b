import type { Page } from 'playwright-core';

/** CSS pixels; what Apple, Google and WCAG 2.5.5 ask for, the smallest of the three. */
const TAP_TARGET_PX = 44;

const TARGETS = 'button, a[href], textarea, input, [role=button], [role=radio], [role=link], [role=switch]';

/** What is to be touched and is smaller than a fingertip, by its test id and size. */
export async function findSmallTargets(page: Page): Promise<string[]> {
  const targets = await page.locator(TARGETS).evaluateAll((elements) =>
    elements
      .filter((element) => element.checkVisibility())
      .map((element) => {
        const { width, height } = element.getBoundingClientRect();
        const name = element.closest('[data-testid]')?.getAttribute('data-testid') ?? element.outerHTML.slice(0, 80);
        return { name, width, height };
      }),
  );
  return targets
    .filter(({ width, height }) => Math.min(width, height) < TAP_TARGET_PX)
    .map(({ name, width, height }) => `${name} is ${width} x ${height} px`);
}
