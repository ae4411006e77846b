import { invalidField } from '@darkroom/contracts';
import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { signToken } from './sign-token.ts';

const Digits = z.string().regex(/^\d{1,19}$/);
const Query = z.object({ user_id: Digits.default('1'), star_id: Digits.optional() });

/** A token for the asking, for the H5 page on a developer's own machine. */
export function devTokenRoute(server: FastifyInstance, secret: string): void {
  server.get('/dev/token', async (request, reply) => {
    const query = Query.safeParse(request.query);
    if (!query.success) throw invalidField([String(query.error.issues[0]?.path[0] ?? '')], '编号必须是数字');
    return reply.header('cache-control', 'no-store').send({ token: signToken(secret, query.data) });
  });
}
