import { ImageError, type Viewer } from '@darkroom/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';
import { networkOf } from './network-of.ts';
import { createRefusalBudget, type RefusalRate } from './refusal-budget.ts';
import { hasBody, SMALL_BODY_BYTES } from './request-body.ts';

/** The budgets for refused requests. One unit is about one millisecond of a CPU core. */
export interface RefusalBounds {
  /** Budget of one user. */
  user: RefusalRate;
  /** Budget shared by all users of one address. */
  address: RefusalRate;
  /** Budget of one address for requests whose token was refused. */
  unauthenticated: RefusalRate;
  /** Most keys that are kept in memory in each of the three budgets. */
  maxKeys: number;
}

/**
 * A small refusal costs a quarter of a unit: one user may have 10,000 at once, then 200 a second. A refused body of
 * 16 MB costs 128 units: about 20 at once, then one every 2.6 s. An address has the budget of four users, because many
 * users may share it.
 */
export const REFUSAL_BOUNDS: RefusalBounds = {
  user: { capacity: 2_500, perSecond: 50 },
  address: { capacity: 10_000, perSecond: 200 },
  unauthenticated: { capacity: 10_000, perSecond: 200 },
  maxKeys: 10_000,
};

const UNITS_PER_REFUSAL = 0.25;
const UNITS_PER_MEGABYTE = 8;

interface Deps {
  authenticate(request: FastifyRequest): Viewer | Promise<Viewer>;
  clock: Pick<Clock, 'monotonic'>;
}

interface RequestRecord {
  viewer: Viewer | null;
  /** Bytes read from the connection before this request was authenticated. */
  bytesRead: number;
  /** Refused because a budget is used up. Such a refusal is not charged. */
  isOverBudget: boolean;
}

/**
 * Limits the cost of refused requests. Every 4xx answer is charged to the user and to the address, by the bytes that
 * were read for it. While a budget is used up, a request with a body gets 429 before its body is read. A request
 * without a body is always handled, and so is a small one if only the budget of the address is used up.
 *
 * Returns `authenticate` with a third budget, per address, for refused tokens. A valid token is never refused because
 * of the invalid tokens of its address: whole networks share one.
 */
export function limitRefusals(
  server: FastifyInstance,
  bounds: RefusalBounds,
  { authenticate, clock }: Deps,
): (request: FastifyRequest) => Viewer | Promise<Viewer> {
  const budgetOf = (rate: RefusalRate) => createRefusalBudget({ ...rate, maxKeys: bounds.maxKeys, clock });
  const users = budgetOf(bounds.user);
  const addresses = budgetOf(bounds.address);
  const unauthenticated = budgetOf(bounds.unauthenticated);
  const records = new WeakMap<FastifyRequest, RequestRecord>();

  function refuse(record: RequestRecord, retryAfterMs: number): ImageError {
    record.isOverBudget = true;
    return new ImageError('rate_limited', { retryAfterMs });
  }

  server.addHook('onResponse', (request, reply, done) => {
    if (reply.statusCode >= 400 && reply.statusCode < 500) charge(request);
    done();
  });

  function charge(request: FastifyRequest): void {
    const record = records.get(request);
    if (!record || record.isOverBudget) return;
    const address = networkOf(request.ip);
    if (!record.viewer) {
      unauthenticated.charge(address, UNITS_PER_REFUSAL);
      return;
    }
    const megabytes = (bytesReadBy(request) - record.bytesRead) / 1_000_000;
    const units = UNITS_PER_REFUSAL + megabytes * UNITS_PER_MEGABYTE;
    users.charge(record.viewer.user_id, units);
    addresses.charge(address, units);
  }

  function admit(request: FastifyRequest, record: RequestRecord, viewer: Viewer): Viewer {
    record.viewer = viewer;
    if (!hasBody(request)) return viewer;
    const addressWaitMs = isLarge(request) ? addresses.waitMs(networkOf(request.ip)) : 0;
    const waitMs = Math.max(users.waitMs(viewer.user_id), addressWaitMs);
    if (waitMs > 0) throw refuse(record, waitMs);
    return viewer;
  }

  function refuseAuthentication(request: FastifyRequest, record: RequestRecord, error: unknown): never {
    const waitMs = isUnauthenticated(error) ? unauthenticated.waitMs(networkOf(request.ip)) : 0;
    throw waitMs > 0 ? refuse(record, waitMs) : error;
  }

  return function authenticateWithinBudget(request) {
    const record: RequestRecord = { viewer: null, bytesRead: bytesReadBy(request), isOverBudget: false };
    records.set(request, record);
    const viewer = authenticate(request);
    if (!(viewer instanceof Promise)) return admit(request, record, viewer);
    return viewer.then(
      (verified) => admit(request, record, verified),
      (error: unknown) => refuseAuthentication(request, record, error),
    );
  };
}

function isUnauthenticated(error: unknown): boolean {
  return error instanceof ImageError && error.code === 'unauthenticated';
}

/**
 * Whether a body is larger than `SMALL_BODY_BYTES`; a chunked body may be, so it counts as large. Smaller ones are
 * never refused for what other users of the address did.
 */
function isLarge({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > SMALL_BODY_BYTES;
}

function bytesReadBy({ raw }: FastifyRequest): number {
  return raw.socket.bytesRead ?? 0; // `inject` has no real socket
}
