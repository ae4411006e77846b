import type { Page } from 'playwright-core';

/** In CSS pixels: the smallest of what Apple, Google and WCAG 2.5.5 require. */
const TAP_TARGET_PX = 44;

const TARGETS = 'button, a[href], textarea, input, [role=button], [role=radio], [role=link], [role=switch]';

/** The touch targets that are smaller than a fingertip, by test id and size. */
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
