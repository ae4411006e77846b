import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { boundConnections } from '../../src/http/connection-bounds.ts';
import { createManualClock } from '../manual-clock.ts';

/** Opens one connection per address in order, and returns the addresses whose connections were accepted. */
function letIn(addresses: string[], trustProxy: string | boolean = false): string[] {
  // Only the events of a server and its sockets are used.
  const server = new EventEmitter() as unknown as Server;
  boundConnections(server, {
    maxPerAddress: 2,
    stalledAnswerMs: 60_000,
    checkEveryMs: 60_000,
    trustProxy,
    clock: createManualClock(),
  });
  onTestFinished(() => void server.emit('close'));
  return addresses.filter((remoteAddress) => {
    let isIn = true;
    const socket = Object.assign(new EventEmitter(), { remoteAddress, destroy: () => (isIn = false) });
    server.emit('connection', socket);
    return isIn;
  });
}

const thrice = (address: string) => [address, address, address];

test.each(['203.0.113.9', '::ffff:203.0.113.9', '2001:db9::1'])(
  'admits two connections of %s and rejects the third',
  (address) => {
    expect(letIn(thrice(address))).toHaveLength(2);
  },
);

test('counts an IPv6 /64 as one address', () => {
  expect(letIn(['2001:db9::1', '2001:db9::2', '2001:db9::3', '2001:db9:0:1::1'])).toEqual([
    '2001:db9::1',
    '2001:db9::2',
    '2001:db9:0:1::1',
  ]);
});

test.each([
  '127.0.0.1',
  '::1',
  '::ffff:127.0.0.1',
  '10.0.0.1',
  '172.17.0.1',
  '192.168.1.1',
  '100.64.0.1',
  'fd00::1',
  'fe80::1',
])('does not limit connections from the internal address %s, which may be a proxy or a NAT', (address) => {
  expect(letIn(thrice(address))).toHaveLength(3);
});

test.each<[string, string | boolean, number]>([
  ['203.0.113.9', '203.0.113.9', 3],
  ['203.0.113.9', 'loopback, 203.0.113.0/24', 3],
  ['203.0.113.9', '198.51.100.0/24,2001:db9::/32', 2],
  ['2001:db9::1', '2001:db9::/32', 3],
  ['203.0.113.9', true, 3],
  ['203.0.113.9', 'uniquelocal', 2],
])('admits from %s with TRUST_PROXY=%s only %i of 3 connections', (address, trustProxy, expected) => {
  expect(letIn(thrice(address), trustProxy)).toHaveLength(expected);
});
