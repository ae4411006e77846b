import { readFile } from 'node:fs/promises';

export type PhotoName = 'astronaut.png' | 'chelsea.png' | 'coffee.png' | 'hubble_deep_field.jpg' | 'rocket.jpg';

/** Reads one of the photographs of this folder. */
export function readPhoto(name: PhotoName): Promise<Buffer> {
  return readFile(new URL(name, import.meta.url));
}
