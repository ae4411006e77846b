import type { Locator, Page } from 'playwright-core';
import { createFormPage } from './form-page.ts';
import { createHistoryPage } from './history-page.ts';
import { createProgressPage } from './progress-page.ts';
import { createResultPage } from './result-page.ts';

/** The H5 client in one browser tab, by its pages. They locate and operate what a user sees, and check nothing. */
export interface ClientPages {
  page: Page;
  form: ReturnType<typeof createFormPage>;
  progress: ReturnType<typeof createProgressPage>;
  result: ReturnType<typeof createResultPage>;
  history: ReturnType<typeof createHistoryPage>;
  /** The confirmation over a page. */
  dialog: { with(text: string): Locator; confirm(): Promise<void>; dismiss(): Promise<void> };
  /** The error with this code, on any page. */
  failure(code: string): Locator;
  /** Taps the back button in the header. */
  goBack(): Promise<void>;
}

export function createClientPages(page: Page): ClientPages {
  return {
    page,
    form: createFormPage(page),
    progress: createProgressPage(page),
    result: createResultPage(page),
    history: createHistoryPage(page),
    dialog: {
      with: (text) => page.getByTestId('dialog').getByText(text),
      confirm: () => page.getByTestId('dialog-yes').click(),
      dismiss: () => page.getByTestId('dialog-no').click(),
    },
    failure: (code) => page.locator(`[data-testid=failure][data-code=${code}]`),
    goBack: () => page.getByTestId('back').click(),
  };
}
