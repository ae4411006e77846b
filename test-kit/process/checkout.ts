import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The root folder of the checkout under test. */
export const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
export const API_MAIN = `${CHECKOUT}apps/api/src/main.ts`;
export const ASTRONAUT = `${CHECKOUT}test-kit/photos/astronaut.png`;

export const readAstronaut = (): Promise<Uint8Array<ArrayBuffer>> =>
  readFile(ASTRONAUT).then((file) => new Uint8Array(file));
