import type { Locator, Page } from 'playwright-core';

/** The page of a job on its way to an end, and of a refused request. */
export function createProgressPage(page: Page) {
  return {
    /** The list of stages once the job is in this one. */
    stage: (name: 'PENDING' | 'generating' | 'saving'): Locator =>
      page.locator(`[data-testid=stage][data-stage=${name}]`),
    /** In percent, as shown. */
    percent: async (): Promise<number> => Number(await page.getByTestId('progress').getAttribute('aria-valuenow')),
    /** The images that have arrived before the end of the job. */
    arrived: {
      /** What each place of the grid shows, in order. */
      places: (): Promise<('image' | 'awaited')[]> =>
        page
          .locator('[data-testid=result-image], [data-testid=image-place]')
          .evaluateAll((places) =>
            places.map((place) => (place.getAttribute('data-testid') === 'result-image' ? 'image' : 'awaited')),
          ),
    },
    /** The text about the charge of a job or request that failed. */
    charge: (): Promise<string | null> => page.getByTestId('charge').textContent(),
    /** Sends a refused request again. */
    resendButton: page.getByTestId('resend'),
    /** Goes to the first page while the job continues. */
    leave: (): Promise<void> => page.getByTestId('leave').click(),
    /** Opens the dialog that cancels the job. */
    cancel: (): Promise<void> => page.getByTestId('cancel').click(),
  };
}
