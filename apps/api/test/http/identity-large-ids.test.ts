import { expect, test } from 'vitest';
import * as z from 'zod';
import { shareApi } from './running-api.ts';
import { bothSurfaces } from './surfaces.ts';
import { bearer } from './tokens.ts';

const api = shareApi();
const request = { model: 'image-01', prompt: 'a lighthouse at dawn' };
const Job = z.object({ job_id: z.string(), user_id: z.string(), star_id: z.string() });

// As JSON numbers, both ids of a pair would become the same number.
test.each([
  ['9007199254740992', '9007199254740993'],
  ['9223372036854775806', '9223372036854775807'],
])(
  'keeps the large ids %s and %s of users and stars distinct from the token to the store and back',
  async (one, other) => {
    for (const surface of bothSurfaces(api().server)) {
      const read = async (answer: ReturnType<typeof surface.create>) => surface.read(await answer);
      const created = await read(surface.create(request, bearer(other, other)));
      const { job_id, ...owner } = Job.parse('data' in created && created.data);
      expect(owner).toEqual({ user_id: other, star_id: other });

      expect(await read(surface.status({ job_id }, bearer(other)))).toMatchObject({ data: owner });
      expect(await read(surface.status({ job_id }, bearer(one)))).toMatchObject({ error_code: 'forbidden' });
      const listed = (star_id: string, user: string) => read(surface.list({ star_id }, bearer(user)));
      expect(await listed(other, other)).toMatchObject({
        data: { jobs: expect.arrayContaining([expect.objectContaining({ job_id })]) },
      });
      expect(await listed(one, other)).toMatchObject({ data: { jobs: [] } });
      expect(await listed(other, one)).toMatchObject({ data: { jobs: [] } });
    }
  },
);

test.each([
  ['Ada', 'ada'],
  ['auth0|1', 'auth0|2'],
  ['1', '-1'],
  ['constructor', '__proto__'],
])('keeps the user ids %s and %s distinct from the token to the store and back', async (one, other) => {
  for (const surface of bothSurfaces(api().server)) {
    const read = async (answer: ReturnType<typeof surface.create>) => surface.read(await answer);
    const created = await read(surface.create(request, bearer(other, '7')));
    const { job_id, ...owner } = Job.parse('data' in created && created.data);
    expect(owner).toEqual({ user_id: other, star_id: '7' });
    expect(await read(surface.status({ job_id }, bearer(other)))).toMatchObject({ data: owner });
    expect(await read(surface.status({ job_id }, bearer(one)))).toMatchObject({ error_code: 'forbidden' });
    const mine = { data: { jobs: expect.arrayContaining([expect.objectContaining({ job_id })]) } };
    expect(await read(surface.list({}, bearer(other)))).toMatchObject(mine);
    expect(await read(surface.list({}, bearer(one)))).not.toMatchObject(mine);
  }
});
