/**
 * The limit of the image library: `GET /?times=25` encodes one image that often, as many at once as there are cores, with
 * the settings that the API has by default. Settings: IMAGE (a file), WITH_LABEL (also makes the placeholder and writes
 * the AIGC label, as the API has to).
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { availableParallelism } from 'node:os';
import sharp from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';

const { IMAGE = '', WITH_LABEL } = process.env;
const EDGE = 2_048;
const QUALITY = 80;
const PLACEHOLDER_EDGE = 64;
const XMP = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/" TC260:AIGC='{"Label":"1"}'/></rdf:RDF></x:xmpmeta>`;

sharp.concurrency(1);
sharp.cache(false);
const image = readFileSync(IMAGE);

async function encode(): Promise<void> {
  const resized = sharp(image, { autoOrient: true })
    .resize({ width: EDGE, height: EDGE, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: 'white' });
  if (WITH_LABEL !== undefined) await makePlaceholder();
  await (WITH_LABEL === undefined ? resized : resized.withXmp(XMP)).jpeg({ quality: QUALITY }).toBuffer();
}

async function makePlaceholder(): Promise<void> {
  const { data, info } = await sharp(image)
    .resize({ width: PLACEHOLDER_EDGE, height: PLACEHOLDER_EDGE, fit: 'inside' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  rgbaToThumbHash(info.width, info.height, data);
}

const server = createServer(async (request, response) => {
  let left = Number(new URL(request.url ?? '/', 'http://loop').searchParams.get('times'));
  const work = async () => {
    while (left-- > 0) await encode();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  response.end();
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = address !== null && typeof address !== 'string' ? address.port : 0;
  console.log(JSON.stringify({ msg: 'listening', url: `http://127.0.0.1:${port}`, port, pid: process.pid }));
});
