import { ImageError, type Viewer } from '@darkroom/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { createRefusalBudget, type RefusalRate } from './refusal-budget.ts';
import { hasBody } from './request-body.ts';

/** One unit is about a millisecond of a core. */
export interface RefusalBounds {
  /** Of one user. */
  user: RefusalRate;
  /** Of all users of one address together. */
  address: RefusalRate;
  /** Of requests from one address whose token was refused. */
  unauthenticated: RefusalRate;
  /** Users and addresses that are remembered, each. */
  maxKeys: number;
}

/**
 * A small refusal costs next to nothing: 10,000 at once and 200 a second for one user. A refused body of 16 MB costs 128:
 * some 20 at once, then one in 2.6 s. An address is worth four users, since many may share it.
 */
export const REFUSAL_BOUNDS: RefusalBounds = {
  user: { capacity: 2_500, perSecond: 50 },
  address: { capacity: 10_000, perSecond: 200 },
  unauthenticated: { capacity: 10_000, perSecond: 200 },
  maxKeys: 10_000,
};

const UNITS_PER_REFUSAL = 0.25;
const UNITS_PER_MEGABYTE = 8;
/** Orders without a photograph are smaller, and are never refused for what others of the same address did. */
const SMALL_BODY_BYTES = 64 * 1024;

interface Deps {
  authenticate(request: FastifyRequest): Promise<Viewer>;
  /** Milliseconds that pass evenly. */
  monotonic(): number;
}

interface Seen {
  viewer: Viewer | null;
  /** Of the connection, when the request began. */
  bytesRead: number;
  /** It was turned away for the budget's sake, which costs nothing. */
  isOverBudget: boolean;
}

/**
 * Limits count failed attempts too: whatever is answered with a 4xx is charged, by the bytes that were read for it, to its
 * user and to its address. While a budget is used up, requests with a body are answered 429 before a byte of it is read;
 * those without one are always answered, as are small ones when only the address is over its budget.
 *
 * Returns `authenticate` with the same bound on tokens that are refused. A good token is never turned away for what others
 * at its address sent: whole networks share one.
 */
export function limitRefusals(
  server: FastifyInstance,
  bounds: RefusalBounds,
  { authenticate, monotonic }: Deps,
): (request: FastifyRequest) => Promise<Viewer> {
  const budgetOf = (rate: RefusalRate) => createRefusalBudget({ ...rate, maxKeys: bounds.maxKeys, monotonic });
  const users = budgetOf(bounds.user);
  const addresses = budgetOf(bounds.address);
  const strangers = budgetOf(bounds.unauthenticated);
  const seen = new WeakMap<FastifyRequest, Seen>();

  function refuse(record: Seen, retryAfterMs: number): ImageError {
    record.isOverBudget = true;
    return new ImageError('rate_limited', { retryAfterMs });
  }

  server.addHook('onResponse', async (request, reply) => {
    const record = seen.get(request);
    if (!record || record.isOverBudget || reply.statusCode < 400 || reply.statusCode >= 500) return;
    const address = networkOf(request.ip);
    if (!record.viewer) return strangers.charge(address, UNITS_PER_REFUSAL);
    const megabytes = (bytesReadBy(request) - record.bytesRead) / 1_000_000;
    const units = UNITS_PER_REFUSAL + megabytes * UNITS_PER_MEGABYTE;
    users.charge(record.viewer.user_id, units);
    addresses.charge(address, units);
  });

  return async function authenticateWithin(request) {
    const record: Seen = { viewer: null, bytesRead: bytesReadBy(request), isOverBudget: false };
    seen.set(request, record);
    const address = networkOf(request.ip);
    const viewer = await authenticate(request).catch((error: unknown) => {
      const waitMs = isUnauthenticated(error) ? strangers.waitMs(address) : 0;
      throw waitMs > 0 ? refuse(record, waitMs) : error;
    });
    record.viewer = viewer;
    if (!hasBody(request)) return viewer;
    const waitMs = Math.max(users.waitMs(viewer.user_id), isLarge(request) ? addresses.waitMs(address) : 0);
    if (waitMs > 0) throw refuse(record, waitMs);
    return viewer;
  };
}

function isUnauthenticated(error: unknown): boolean {
  return error instanceof ImageError && error.code === 'unauthenticated';
}

/** One in chunks may be. */
function isLarge({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > SMALL_BODY_BYTES;
}

function bytesReadBy({ raw }: FastifyRequest): number {
  return raw.socket.bytesRead ?? 0; // there is no socket behind `inject`
}

/** An address of IPv6 stands for its /64: whoever has one has all of it. */
function networkOf(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address;
  const parsed = ipaddr.IPv6.parse(address);
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  return parsed.parts.slice(0, 4).join(':');
}
