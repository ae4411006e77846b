import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { securePages } from './security-headers.ts';

const H5_DIR = fileURLToPath(new URL('../../../uniapp/dist/build/h5', import.meta.url));

/** Serves the H5 client at `/` if it was built. Its pages are hash routes, so serving its files is enough. */
export async function h5Routes(server: FastifyInstance): Promise<void> {
  if (!existsSync(path.join(H5_DIR, 'index.html'))) return;
  await server.register(async (pages) => {
    securePages(pages);
    await pages.register(fastifyStatic, {
      root: H5_DIR,
      wildcard: false,
      setHeaders(reply, file) {
        // Built assets have a hash in their names; the page that links to them has none.
        const immutable = file.includes(`${path.sep}assets${path.sep}`);
        reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  });
}
