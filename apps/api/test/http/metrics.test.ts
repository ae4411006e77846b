import { describe, expect, test } from 'vitest';
import { openApi, shareApi } from './running-api.ts';

const api = shareApi();

test('serves metrics to this machine', async () => {
  const response = await api().server.inject('/metrics');
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toContain('text/plain');
  for (const figure of ['jobs_waiting', 'jobs_repeating', 'provider_calls_open'])
    expect(response.body).toContain(`darkroom_${figure} 0`);
});

test.each([
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-port',
  'x-forwarded-server',
  'x-real-ip',
  'x-client-ip',
  'cf-connecting-ip',
  'true-client-ip',
])('hides metrics from requests through a proxy that sends %s', async (header) => {
  const response = await api().server.inject({ url: '/metrics', headers: { [header]: '1' } });
  expect(response.json()).toMatchObject({ code: 404, error_code: 'not_found' });
});

test.each(['192.0.2.1', '::ffff:192.0.2.1', '2001:db8::7f00:1'])(
  'hides metrics from the peer address %s',
  async (remoteAddress) => {
    expect((await api().server.inject({ url: '/metrics', remoteAddress })).statusCode).toBe(404);
  },
);

test('hides metrics in production without a token', async () => {
  const { server } = await openApi({ NODE_ENV: 'production', MINIMAX_API_KEY: 'key' });
  expect((await server.inject('/metrics')).statusCode).toBe(404);
});

describe('the metrics route with a token', () => {
  const guarded = shareApi({ METRICS_TOKEN: 'of the operator' });

  test.each([
    ['the token from any address', 'Bearer of the operator', 200],
    ['the scheme in any letter case', 'bearer of the operator', 200],
    ['another token with 404', 'Bearer of the operators', 404],
    ['another scheme with 404', 'Basic of the operator', 404],
    ['a request of this machine without the token with 404', undefined, 404],
  ])('answers %s', async (_, authorization, status) => {
    const headers = { 'x-forwarded-for': '192.0.2.1', ...(authorization && { authorization }) };
    expect((await guarded().server.inject({ url: '/metrics', headers })).statusCode).toBe(status);
  });
});
