import { GENERATION_PATH } from '@darkroom/contracts/rest';
import { describe, expect, test } from 'vitest';
import { signToken } from '../../src/http/sign-token.ts';
import { openApi } from './running-api.ts';
import { inSeconds, signPayload } from './tokens.ts';

const NEXT = 'the-next-secret-of-thirty-two-bytes-or-more';
const LAST = 'the-last-secret-of-thirty-two-bytes-or-more';
const payload = JSON.stringify({ user_id: '1', exp: inSeconds(600) });

/** The status code for a token signed with each of these secrets. */
async function statuses(JWT_SECRET: string, secrets: string[], alg = 'HS256'): Promise<number[]> {
  const { server } = await openApi({ JWT_SECRET });
  const ask = async (secret: string) => {
    const headers = { authorization: `Bearer ${signPayload(payload, { alg, secret })}` };
    return (await server.inject({ url: GENERATION_PATH, headers })).statusCode;
  };
  return Promise.all(secrets.map(ask));
}

describe('a JWT_SECRET of two comma-separated secrets', () => {
  test.each([`${NEXT},${LAST}`, ` ${NEXT} , ${LAST} `, `${NEXT},${LAST},`, `${NEXT},\n${LAST}\n`])(
    'accepts tokens of both secrets, and of no third one, from %j',
    async (setting) => {
      for (const alg of ['HS256', 'HS384', 'HS512']) {
        expect(await statuses(setting, [NEXT, LAST, 'x'.repeat(40)], alg)).toEqual([200, 200, 401]);
      }
    },
  );

  test('signs a token that is valid in a process that knows only the signing secret', async () => {
    const { server } = await openApi({ JWT_SECRET: NEXT });
    const headers = { authorization: `Bearer ${signToken(`${NEXT},${LAST}`, { user_id: '1' })}` };
    expect((await server.inject({ url: GENERATION_PATH, headers })).statusCode).toBe(200);
  });

  test('reports an expired token of the second secret as expired, not as a wrong signature', async () => {
    const { server } = await openApi({ JWT_SECRET: `${NEXT},${LAST}` });
    const expired = signPayload(JSON.stringify({ user_id: '1', exp: inSeconds(-60) }), { secret: LAST });
    const response = await server.inject({ url: GENERATION_PATH, headers: { authorization: `Bearer ${expired}` } });
    expect(response.headers['www-authenticate']).toContain('expired');
  });
});

describe('a single secret that contains commas', () => {
  test.each([
    `${NEXT},${LAST}`,
    `${NEXT},short`,
    `short,${NEXT}`,
    'a secret, with commas, and thirty-two bytes',
    `${NEXT},${LAST},${NEXT}`,
    `${NEXT},`,
    ',,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,',
  ])('is accepted as a whole: %s', async (secret) => {
    expect(await statuses(secret, [secret])).toEqual([200]);
  });

  test('does not make a part below 32 bytes a secret', async () => {
    expect(await statuses(`${NEXT},short`, [NEXT, 'short', ''])).toEqual([401, 401, 401]);
    expect(await statuses(`${NEXT},`, [NEXT, ''])).toEqual([200, 401]);
  });
});
