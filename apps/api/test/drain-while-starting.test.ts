import { GENERATION_PATH } from '@darkroom/contracts/rest';
import { expect, test } from 'vitest';
import { openApi } from './http/running-api.ts';
import { bearer } from './http/tokens.ts';

test('waits in drain() for a running start() and stays draining without a provider call', async () => {
  const { app, server, simulator } = await openApi();
  const payload = { model: 'image-01', prompt: 'created before the work starts' };
  const created = await server.inject({ method: 'POST', url: GENERATION_PATH, headers: bearer('1'), payload });
  expect(created.json()).toMatchObject({ code: 202, data: { status: 'PENDING' } });

  let hasStarted = false;
  void app.start().then(() => {
    hasStarted = true;
  });
  await app.drain();

  expect(hasStarted).toBe(true);
  expect((await server.inject('/health/ready')).json()).toEqual({ status: 'unavailable', reason: 'draining' });
  expect(simulator.calls()).toEqual([]);
});
