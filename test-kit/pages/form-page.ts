import type { Locator, Page } from 'playwright-core';
import { ASTRONAUT } from '../process/checkout.ts';

type PhotoState = 'empty' | 'uploading' | 'ready' | 'failed';

/** The first page: the form of a request, banners of running and ended jobs, links to history and settings. */
export function createFormPage(page: Page) {
  const submitButton = page.getByTestId('submit');
  /** The photo picker once it is in this state. */
  const photo = (state: PhotoState): Locator => page.locator(`[data-testid=photo-picker][data-state=${state}]`);

  /** Chooses the first photo, and gives the consent that it requires. */
  async function choosePhoto(file = ASTRONAUT): Promise<void> {
    const chooser = page.waitForEvent('filechooser');
    await page.getByTestId('photo-add').click();
    await page.getByTestId('consent-yes').click();
    await (await chooser).setFiles(file);
  }

  async function writePrompt(prompt: string): Promise<void> {
    await page.getByTestId('prompt').locator('textarea').fill(prompt);
  }

  return {
    submitButton,
    photo,
    choosePhoto,
    /** Chooses the first photo and waits until it is uploaded. */
    async addPhoto(): Promise<void> {
      await choosePhoto();
      await photo('ready').waitFor();
    },
    async replacePhoto(file = ASTRONAUT): Promise<void> {
      const chooser = page.waitForEvent('filechooser');
      await page.getByTestId('photo-change').click();
      await (await chooser).setFiles(file);
    },
    /** Crops the photo to its middle, and waits until the crop is uploaded. */
    async cropPhoto({ isPortrait = false } = {}): Promise<void> {
      await page.getByTestId('photo-crop').click();
      if (isPortrait) await page.getByTestId('crop-portrait').click();
      await page.getByTestId('crop-zoom-in').click();
      await page.getByTestId('crop-done').click();
      await page.getByTestId('crop').waitFor({ state: 'detached' });
      await photo('ready').waitFor();
    },
    /** Chooses a model by its name; only those that the deployment offers are there. */
    chooseModel: (model: string): Promise<void> => page.getByTestId(`model-${model}`).click(),
    /** The chosen model's option. */
    chosenModel: (model: string): Locator => page.locator(`[data-testid="model-${model}"][aria-checked=true]`),
    /** The references in their order, or the one with this number, counted from 1. */
    references: (number?: number): Locator =>
      page.locator(
        number === undefined ? '[data-testid=reference]' : `[data-testid=reference][data-number="${number}"]`,
      ),
    /** Adds a further reference and waits until it is uploaded. */
    async addReference(file: string): Promise<void> {
      const number = (await page.getByTestId('reference').count()) + 1;
      const chooser = page.waitForEvent('filechooser');
      await page.getByTestId('photo-add').click();
      if (number === 1) await page.getByTestId('consent-yes').click();
      await (await chooser).setFiles(file);
      await page.locator(`[data-testid=reference][data-number="${number}"][data-state=ready]`).waitFor();
    },
    moveReference: (number: number, to: 'earlier' | 'later'): Promise<void> =>
      page.locator(`[data-number="${number}"]`).getByTestId(`reference-${to}`).click(),
    removeReference: (number: number): Promise<void> =>
      page.locator(`[data-number="${number}"]`).getByTestId('photo-remove').click(),
    chooseArea: (area: string): Promise<void> => page.getByTestId(`area-${area}`).click(),
    /** Settings that the form has no field for, by the field's name. */
    extra: (field: string): Locator => page.getByTestId(`extra-${field}`),
    writePrompt,
    /** The length of the prompt and its limit, as shown: `4 / 1499`. */
    promptCount: (): Promise<string | null> => page.getByTestId('prompt-count').textContent(),
    chooseCount: (images: number): Promise<void> => page.getByTestId(`count-${images}`).click(),
    chooseRatio: (ratio: string): Promise<void> => page.getByTestId(`ratio-${ratio}`).click(),
    /** Writes the prompt and sends the form. */
    async submit(prompt: string): Promise<void> {
      await writePrompt(prompt);
      await submitButton.click();
    },
    /** The banners that lead to jobs, or the one with this text. */
    banner: (text?: string): Locator => page.getByTestId('resume').filter(text === undefined ? {} : { hasText: text }),
    openHistory: (): Promise<void> => page.getByTestId('history').click(),
    openSettings: (): Promise<void> => page.getByTestId('settings').click(),
  };
}
