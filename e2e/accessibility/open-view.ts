import type { Page } from 'playwright-core';
import type { Storage } from './seed-service.ts';
import type { View } from './views.ts';

const EMPTY_PAGE = 'empty.html';

/** Leaves the app, and replaces everything that it has stored. */
export async function replaceStorage(page: Page, url: string, values: Storage): Promise<void> {
  await page.route(`**/${EMPTY_PAGE}`, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<link rel="icon" href="data:,">' }),
  );
  await page.goto(`${url}/${EMPTY_PAGE}`);
  const items = Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]);
  await page.evaluate(
    `localStorage.clear(); for (const item of ${JSON.stringify(items)}) localStorage.setItem(...item)`,
  );
}

/** Loads the app at this view, and waits until the view is there. A reload costs half as much as a new tab. */
export async function openView(page: Page, { path, act, landmark }: View): Promise<void> {
  await page.evaluate(`history.replaceState(null, '', ${JSON.stringify(`/#${path}`)})`);
  await page.reload();
  await act?.(page);
  await page.locator(landmark).first().waitFor();
}
