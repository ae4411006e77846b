import { once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { CompletedJob, FailedJob } from '@darkroom/contracts';
import { type Api, startApi } from '@darkroom/test-kit/api/start-api';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { type LinkProvider, startLinkProvider } from './link-provider.ts';

const SETTINGS = {
  RATE_LIMIT_PER_MINUTE: 0,
  USER_ACTIVE_LIMIT: 1_000,
  GENERATION_CONCURRENCY: 100,
  DOWNLOAD_RETRY_FOR_MS: 2_000,
  DOWNLOAD_MAX_BYTES: 1_000_000,
};

/** A server on this machine that is reachable but must not be connected to. */
async function startForbidden(): Promise<{ port: number; connections(): number }> {
  let connections = 0;
  const listen = async (server: Server, port: number, host: string) => {
    onTestFinished(() => void server.close());
    await once(server.listen({ port, host, ipv6Only: true }), 'listening');
    // A listening TCP server always has an address with a port.
    return (server.address() as AddressInfo).port;
  };
  const count = () =>
    createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
  const port = await listen(count(), 0, '0.0.0.0');
  await listen(count(), port, '::').catch(() => {}); // without IPv6 there is nothing to guard
  return { port, connections: () => connections };
}

/** Hosts that lead to this machine, to its network or nowhere, in every spelling. */
const FORBIDDEN_HOSTS = [
  '127.0.0.1',
  '127.1',
  '127.255.255.254',
  '2130706433',
  '017700000001',
  '0177.0.0.1',
  '0x7f000001',
  '0x7f.0.0.1',
  '0x7f.1',
  '%31%32%37.0.0.1',
  '１２７.０.０.１',
  '127。0。0。1',
  '127.0.0.1.',
  '0.0.0.0',
  '0',
  '[::]',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b:1::7f00:1]',
  '[2002:7f00:1::]',
  '[2001:0:7f00:1::]',
  '[fe80::1]',
  '[fd00:ec2::254]',
  '[ff02::1]',
  'localhost',
  'LOCALHOST',
  'public.example@127.0.0.1',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.0.1',
  '100.64.0.1',
  '100.100.100.200',
  '169.254.169.254',
  '169.254.170.2',
  '192.0.2.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
];

const NO_WEB_LINKS = [
  'file:///etc/passwd',
  'gopher://127.0.0.1:6379/_FLUSHALL',
  'ftp://127.0.0.1/a.jpeg',
  'dict://127.0.0.1:11211/stats',
  'javascript:alert(1)',
  'blob:http://127.0.0.1/1',
  'unix:/var/run/docker.sock',
  '/a.jpeg',
  'http://',
  'not a link',
  ' ',
];

const REFUSED = 'not a public address';
const NO_LINK = 'a URL that is not http or https';

const Tried = z.object({ msg: z.literal('image could not be fetched'), job_id: z.string(), reason: z.string() });

/** The failure reason of each download attempt of a job. */
function reasonsOf({ process }: Api, jobId: string): string[] {
  return process.stdout.flatMap((line) => {
    const tried = Tried.safeParse(JSON.parse(line)).data;
    return tried?.job_id === jobId ? [tried.reason] : [];
  });
}

let users = 0;

/** Runs a job whose image comes by this link. */
async function runWithLink(api: Api, provider: LinkProvider, name: string, link: string) {
  provider.answer(name, link);
  const { sdk } = api.user(String(++users)); // the number of held polls is limited per user
  const job = await sdk.wait(await sdk.create(imageRequest(name)));
  return { job, reasons: reasonsOf(api, job.job_id) };
}

const endOf = (job: CompletedJob | FailedJob) => (job.status === 'FAILED' ? job.error_code : 'COMPLETED');

/** The end of each link's job, and whether every download attempt failed for this reason. */
async function endsOf(api: Api, provider: LinkProvider, links: [link: string, reason: string][]) {
  const ends = links.map(async ([link, reason]) => {
    const { job, reasons } = await runWithLink(api, provider, `[${link}]`, link);
    return [link, `${endOf(job)}, ${reasons.every((each) => each.includes(reason)) ? reason : reasons}`] as const;
  });
  return Object.fromEntries(await Promise.all(ends));
}

const failed = (links: [link: string, reason: string][]) =>
  Object.fromEntries(links.map(([link, reason]) => [link, `download_failed, ${reason}`]));

describe('the guard against downloads from private addresses', () => {
  test('refuses every link to a private address, on any port and by either scheme', async () => {
    const provider = await startLinkProvider();
    const forbidden = await startForbidden();
    const api = await startApi(provider, SETTINGS);
    const links: [string, string][] = [
      ...FORBIDDEN_HOSTS.map((host): [string, string] => [`http://${host}:${forbidden.port}/a.jpeg`, REFUSED]),
      ...['22', '80', '6379', '65535'].map((port): [string, string] => [`http://127.0.0.1:${port}/`, REFUSED]),
      [`//127.0.0.1:${forbidden.port}/a.jpeg`, REFUSED],
      [`https://127.0.0.1:${provider.port}/a.jpeg`, REFUSED],
      [`http://localhost:${provider.port}/a.jpeg`, REFUSED],
      [`https://[::1]:${forbidden.port}/`, REFUSED],
      // Whether or not the system resolves this name.
      [`http://localhost.:${forbidden.port}/`, 'GET localhost.'],
      ...NO_WEB_LINKS.map((link): [string, string] => [link, NO_LINK]),
    ];

    expect(await endsOf(api, provider, links)).toEqual(failed(links));
    expect(forbidden.connections()).toBe(0);
  });

  test('refuses a redirect to a private address, on the first hop and on the last', async () => {
    const provider = await startLinkProvider();
    const forbidden = await startForbidden();
    const api = await startApi(provider, SETTINGS);
    const redirect = (path: string, status: number, location: string) =>
      provider.serve(path, (_, response) => {
        // A header's bytes, one per character.
        response.writeHead(status, { location: Buffer.from(location).toString('latin1') }).end();
      });

    const onHop = (hop: number, name: string, location: string): string => {
      const last = redirect(`/${name}-3`, hop === 1 ? 301 : 308, location);
      return hop === 1 ? last : redirect(`/${name}-1`, 303, redirect(`/${name}-2`, 307, last));
    };
    const links = [
      // A header can only carry ASCII.
      ...FORBIDDEN_HOSTS.filter((host) => /^[!-~]+$/.test(host)).map((host, index): [string, string] => [
        onHop(index % 2 === 0 ? 1 : 3, `host${index}`, `http://${host}:${forbidden.port}/`),
        REFUSED,
      ]),
      ...['file:///etc/passwd', 'gopher://127.0.0.1:6379/_FLUSHALL', 'data:image/png;base64,iVBORw0KGgo='].map(
        (location, index): [string, string] => [onHop(3, `scheme${index}`, location), NO_LINK],
      ),
    ];

    expect(await endsOf(api, provider, links)).toEqual(failed(links));
    expect(forbidden.connections()).toBe(0);
  });

  test('refuses a host name that resolves to a public address first and to a private one later', async () => {
    const provider = await startLinkProvider();
    const forbidden = await startForbidden();
    const resolver = fileURLToPath(new URL('rebinding-resolver.ts', import.meta.url));
    const settings = { DOWNLOAD_TIMEOUT_MS: 500, NODE_OPTIONS: `--import=${resolver}` };
    const api = await startApi(provider, { ...SETTINGS, ...settings });

    const { job, reasons } = await runWithLink(api, provider, 'rebound', `http://rebound.example:${forbidden.port}/`);

    expect(endOf(job)).toBe('download_failed');
    expect(reasons.length).toBeGreaterThan(1);
    expect(reasons[0]).not.toContain(REFUSED); // it connected, to an unused address
    expect(reasons.at(-1)).toContain(REFUSED);
    expect(forbidden.connections()).toBe(0);
  });
});

const COMPRESSED = gzipSync(Buffer.alloc(200_000_000), { level: 1 });
const JPEG_START = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);

/** Writes for as long as the response is read. */
function pour(response: ServerResponse, chunk: Buffer): void {
  const write = () => {
    while (response.write(chunk));
  };
  response.on('drain', write);
  write();
}

/** What a server does instead of sending an image, and the reason that the log must give for the failed download. */
const ABUSES: [name: string, listener: RequestListener, reason: string][] = [
  [
    'an endless body',
    (_, response) => pour(response, Buffer.concat([JPEG_START, Buffer.alloc(65_536)])),
    'too many bytes',
  ],
  [
    'a body longer than announced',
    (_, response) => {
      const head = 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\n';
      response.socket?.end(`${head}GIF8${'9'.repeat(2_000_000)}`);
    },
    'the bytes are not a JPEG',
  ],
  [
    'a body that announces too much',
    (_, response) => response.writeHead(200, { 'content-length': 50_000_000 }).flushHeaders(),
    'too many bytes',
  ],
  [
    'two lengths',
    (_, response) =>
      void response.socket?.end('HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\n\xff\xd8\xff\xe0\0'),
    'Duplicate Content-Length',
  ],
  [
    'a trickle',
    (_, response) => {
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
    },
    'not finished after 3000 ms',
  ],
  ['silence', () => {}, 'not finished after 3000 ms'],
  [
    'headers without an end',
    (_, response) => {
      response.socket?.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => response.socket?.write('x: y\r\n'), 20);
      response.on('close', () => clearInterval(timer));
    },
    'not finished after 3000 ms',
  ],
  [
    'a flood of headers',
    (_, response) =>
      void response.socket?.end(`HTTP/1.1 200 OK\r\n${`x-flood: ${'a'.repeat(1_000)}\r\n`.repeat(1_000)}\r\n`),
    'Header overflow',
  ],
  [
    'a header of 10 MB',
    (_, response) => void response.socket?.end(`HTTP/1.1 200 OK\r\nx-long: ${'a'.repeat(10_000_000)}\r\n\r\n`),
    'Header overflow',
  ],
  [
    'a compressed bomb, although no encoding was accepted',
    (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(COMPRESSED),
    'too many bytes',
  ],
  [
    'a redirect to itself',
    (request, response) => response.writeHead(302, { location: request.url }).end(),
    'more than 3 redirects',
  ],
  ['a redirect to nowhere', (_, response) => response.writeHead(302).end(), 'HTTP 302'],
  ['no HTTP', (_, response) => void response.socket?.end('220 smtp.example ESMTP\r\n'), 'GET 127.0.0.1'],
];

test('cuts off abusive downloads within their time and size limits', async () => {
  const provider = await startLinkProvider();
  const api = await startApi(provider, { ...SETTINGS, DOWNLOAD_TIMEOUT_MS: 3_000 });

  const ends = ABUSES.map(async ([name, listener, reason], index) => {
    const link = provider.serve(`/abuse-${index}`, listener);
    const { job, reasons } = await runWithLink(api, provider, name, link);
    return [name, `${endOf(job)}, ${reasons.every((each) => each.includes(reason)) ? reason : reasons}`] as const;
  });

  expect(Object.fromEntries(await Promise.all(ends))).toEqual(
    Object.fromEntries(ABUSES.map(([name, , reason]) => [name, `download_failed, ${reason}`])),
  );
  expect(api.process.stderr).toEqual([]);
});
