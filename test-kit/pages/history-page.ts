import type { Locator, Page } from 'playwright-core';

type Status = 'PENDING' | 'PROCESSING' | 'COMPLETED' | 'FAILED';

/** The list of a user's jobs. */
export function createHistoryPage(page: Page) {
  return {
    rows: (status?: Status): Locator =>
      status === undefined ? page.getByTestId('job') : page.locator(`[data-testid=job][data-status=${status}]`),
    filter: (name: 'running' | 'done'): Promise<void> => page.getByTestId(`filter-${name}`).click(),
    /** The filter once it is selected. */
    selectedFilter: (name: 'running' | 'done'): Locator =>
      page.locator(`[data-testid=filter-${name}][aria-checked=true]`),
    /** Deletes the first job, after the confirmation. */
    async deleteFirst(): Promise<void> {
      await page.getByTestId('job-actions').first().click();
      await page.getByTestId('job-remove').click();
      await page.getByTestId('dialog-yes').click();
    },
    /** Fills the form with the request of the first job, and sends it. */
    async repeatFirst(): Promise<void> {
      await page.getByTestId('job-actions').first().click();
      await page.getByTestId('job-again').click();
    },
  };
}
