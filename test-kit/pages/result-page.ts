import type { Download, Locator, Page } from 'playwright-core';

/** The page of a completed job. */
export function createResultPage(page: Page) {
  const images = page.getByTestId('result-image');
  return {
    images,
    waitUntilOpen: (): Promise<void> => page.waitForURL(/pages\/discover\/generation-result/),
    /** The width in pixels of each image as the browser decoded it; 0 for one that has not loaded. */
    imageWidths: (): Promise<number[]> =>
      images
        .locator('img')
        .evaluateAll((elements) =>
          elements.map((element) => ('naturalWidth' in element ? Number(element.naturalWidth) : 0)),
        ),
    /** The viewer over the page, also by the index of the image that it shows. */
    viewer: (index?: number): Locator =>
      index === undefined ? page.getByTestId('viewer') : page.locator(`[data-testid=viewer][data-index="${index}"]`),
    /** Taps the first image, which opens the viewer. */
    openViewer: (): Promise<void> => images.first().click(),
    /** Saves the first image as a file. */
    async save(): Promise<Download> {
      const download = page.waitForEvent('download');
      await page.getByTestId('save').first().click();
      return download;
    },
  };
}
