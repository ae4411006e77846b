import { readFile } from 'node:fs/promises';

export type PhotoName = 'astronaut.png' | 'chelsea.png' | 'coffee.png' | 'hubble_deep_field.jpg' | 'rocket.jpg';

/** Reads one of the photographs in e2e/photos. */
export function readPhoto(name: PhotoName): Promise<Buffer> {
  return readFile(new URL(`../../../../e2e/photos/${name}`, import.meta.url));
}
