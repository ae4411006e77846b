import { invalidField } from '@darkroom/contracts';
import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { Id } from './authenticate.ts';
import type { LocalGuard } from './local-guard.ts';
import { refuseOtherMethods } from './refuse-other-methods.ts';

const Ids = z.object({ user_id: Id.default('1'), star_id: Id.optional() });

/** Signs a token for these ids that this API accepts. */
export type SignDevToken = (ids: z.output<typeof Ids>) => string;

/** Issues tokens without credentials, for the H5 page on a developer's own machine. */
export function devTokenRoute(server: FastifyInstance, signDevToken: SignDevToken, guard: LocalGuard): void {
  server.register(async (guarded) => {
    guarded.addHook('onRequest', async (request) => guard.requireThisMachine(request));
    guarded.get('/dev/token', async (request) => {
      const ids = Ids.safeParse(request.query);
      if (!ids.success)
        throw invalidField([String(ids.error.issues[0]?.path[0] ?? '')], '编号必须是 0 到 2^63-1 的整数');
      return { token: signDevToken(ids.data) };
    });
    refuseOtherMethods(guarded, '/dev/token', ['GET', 'HEAD']);
  });
}
