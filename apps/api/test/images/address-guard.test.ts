import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import { describe, expect, test } from 'vitest';
import { isPublicAddress } from '../../src/images/address-guard.ts';
import { buildImageProcessor, type ImageProcessorOptions } from './build-image-processor.ts';
import { serveImages } from './image-server.ts';

const photo = await readPhoto('rocket.jpg');
const refused = { name: 'DownloadError', permanent: true, message: /not a public address/ };

function download(url: string, settings: ImageProcessorOptions = {}): Promise<Uint8Array> {
  return buildImageProcessor(settings).download(url, new AbortController().signal);
}

/** Resolves every name to the answers in order, one per lookup; the last answer repeats. */
function resolving(...answers: string[][]): LookupFunction & { questions: string[] } {
  const questions: string[] = [];
  const lookup: LookupFunction = (hostname, options, callback) => {
    const addresses = answers[Math.min(questions.length, answers.length - 1)] ?? [];
    questions.push(hostname);
    const resolved: LookupAddress[] = addresses.map((address) => ({ address, family: isIP(address) }));
    callback(null, options.all ? resolved : (resolved[0]?.address ?? ''));
  };
  return Object.assign(lookup, { questions });
}

const NOT_PUBLIC = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '100.64.0.1',
  '100.127.255.254',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::8.8.8.8',
  '::7f00:1',
  '::808:808',
  '4000::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::ffff:0:8.8.8.8',
  '64:ff9b::7f00:1',
  '64:ff9b::808:808',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:2::1',
  '2001:10::1',
  '2001:20::1',
  '2001:db8::1',
  '2002:7f00:1::1',
  '3fff::1',
  '5f00::1',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  'example.com',
  '',
];

const PUBLIC = [
  '8.8.8.8',
  '1.1.1.1',
  '100.63.255.255',
  '100.128.0.1',
  '172.32.0.1',
  '47.88.1.1',
  '198.20.0.1',
  '223.255.255.1',
  '2400:3200::1',
  '2606:4700::1111',
  '2a00:1450::1',
  '2001:4860:4860::8888',
];

test.each(NOT_PUBLIC)('classifies %j as not public', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(PUBLIC)('classifies %s as public', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

describe('an IP address in the URL', () => {
  test.each([
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '169.254.169.254',
    '0.0.0.0',
    '０.0.0.0',
  ])('is refused without a connection: http://%s', async (host) => {
    const { port, connections } = await serveImages((_, response) => response.end(photo));
    await expect(download(`http://${host}:${port}/`)).rejects.toMatchObject(refused);
    expect(connections()).toBe(0);
  });

  test('is allowed for the trusted origin, public or not', async () => {
    const { origin } = await serveImages((_, response) => response.end(photo));
    expect(await download(`${origin}/a.jpeg`, { trustedOrigin: `${origin}/v1` })).toHaveLength(photo.byteLength);
  });

  test('is refused for another port, scheme or name of the trusted host', async () => {
    const [mine, other] = [
      await serveImages((_, response) => response.end(photo)),
      await serveImages((_, response) => response.end(photo)),
    ];
    const trustedOrigin = mine.origin;
    await expect(download(other.origin, { trustedOrigin })).rejects.toMatchObject(refused);
    await expect(download(`https://127.0.0.1:${mine.port}`, { trustedOrigin })).rejects.toMatchObject(refused);
    await expect(download(`http://localhost:${mine.port}`, { trustedOrigin })).rejects.toMatchObject(refused);
    expect(other.connections()).toBe(0);
    expect(mine.connections()).toBe(0);
  });
});

describe('a redirect of a download', () => {
  test('is refused from the trusted origin to a private address', async () => {
    const target = await serveImages((_, response) => response.end(photo));
    const source = await serveImages((_, response) => response.writeHead(302, { location: target.origin }).end());
    await expect(download(source.origin, { trustedOrigin: source.origin })).rejects.toMatchObject(refused);
    expect(target.connections()).toBe(0);
  });
});

describe('a host name of a download', () => {
  test.each([['127.0.0.1'], ['::1'], ['10.0.0.1', '192.168.0.1', 'fd00::1'], ['::ffff:127.0.0.1']])(
    'is refused without a connection if it resolves to %s',
    async (...addresses) => {
      const { port, connections } = await serveImages((_, response) => response.end(photo));
      const lookup = resolving(addresses);
      await expect(download(`http://images.example:${port}`, { lookup })).rejects.toMatchObject(refused);
      expect(lookup.questions).toEqual(['images.example']);
      expect(connections()).toBe(0);
    },
  );

  test('is never dialled at the private one of its addresses', async () => {
    const { port, connections } = await serveImages((_, response) => response.end(photo));
    // 2d00::/8 is not allocated, so no server is there.
    const settings = { lookup: resolving(['127.0.0.1', '2d00::1']), downloadTimeoutMs: 300 };
    await expect(download(`http://images.example:${port}`, settings)).rejects.toMatchObject({ permanent: false });
    expect(connections()).toBe(0);
  });

  test('is refused at connect time if it resolves to a private address after a redirect', async () => {
    const target = await serveImages((_, response) => response.end(photo));
    const name = `http://images.example:${target.port}`;
    const source = await serveImages((_, response) => response.writeHead(302, { location: name }).end());
    // The first answer would be allowed; the second one is used for the connection.
    const lookup = resolving(['93.184.216.34'], ['127.0.0.1']);
    await new Promise((resolve) => lookup('images.example', { all: true }, resolve));
    await expect(download(source.origin, { trustedOrigin: source.origin, lookup })).rejects.toMatchObject(refused);
    expect(lookup.questions).toHaveLength(2);
    expect(target.connections()).toBe(0);
  });
});
