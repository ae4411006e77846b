import type { Locator, Page } from 'playwright-core';

/** The page of a job on its way to an end, and of a refused request. */
export function createProgressPage(page: Page) {
  return {
    /** The list of stages once the job is in this one. */
    stage: (name: 'PENDING' | 'generating' | 'saving'): Locator =>
      page.locator(`[data-testid=stage][data-stage=${name}]`),
    /** In percent, as shown. */
    percent: async (): Promise<number> => Number(await page.getByTestId('progress').getAttribute('aria-valuenow')),
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
