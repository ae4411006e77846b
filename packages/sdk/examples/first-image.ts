// Needs Node 22.19; npx finds the one of this checkout. Writes the images to the current folder:
// npx node packages/sdk/examples/first-image.ts test-kit/photos/astronaut.png "$(npm run --silent token)"
import { readFile, writeFile } from 'node:fs/promises';
import { createImageClient } from '@darkroom/sdk';

const [, , photo = 'photo.jpg', token = '', baseUrl = 'http://localhost:8080'] = process.argv;
const client = createImageClient({ baseUrl, token });
const { image_file } = await client.upload(await readFile(photo));
const reference = { type: 'character' as const, image_file };
const job = await client.generate(
  { model: 'image-01', prompt: 'an astronaut in a sunflower field', subject_reference: [reference] },
  { onUpdate: ({ status, progress }) => console.log(status, progress) },
);
for (const [index, url] of job.images.entries()) {
  await writeFile(`image-${index}.jpg`, new Uint8Array(await (await fetch(url)).arrayBuffer()));
  console.log(`image-${index}.jpg`);
}
