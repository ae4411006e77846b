import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openApi } from './running-api.ts';
import { bothSurfaces } from './surfaces.ts';

const ERROR = 50;
const request = { model: 'image-01', prompt: 'a lighthouse at dawn' };

test.each(['create', 'status', 'list', 'cancel', 'delete'] as const)(
  'answers an internal error in %s with a fixed text, and logs it once with its cause',
  async (verb) => {
    const api = await openApi();
    const database = new Sqlite(path.join(api.dataDir, 'darkroom.sqlite'));
    database.exec('DROP TABLE jobs');
    database.close();
    for (const surface of bothSurfaces(api.server)) {
      const before = api.logged().filter(({ level }) => level === ERROR).length;
      const input =
        verb === 'create' ? request : verb === 'list' ? {} : { job_id: '123e4567-e89b-42d3-a456-426614174000' };
      const response = await surface[verb](input);
      expect(surface.read(response)).toEqual({ status: 500, error_code: 'internal', paths: null });
      expect(response.body).toContain('服务内部错误，请稍后再试');
      expect(response.body).not.toMatch(/jobs|table|sqlite|stack|\.ts/i);
      const logged = api.logged().filter(({ level }) => level === ERROR);
      expect(logged.slice(before)).toEqual([expect.objectContaining({ msg: 'request failed: internal error' })]);
      expect(logged.at(-1)?.err?.message).toContain('no such table: jobs');
    }
  },
);

test('reports an unreadable row as an internal error, not as an invalid request', async () => {
  const api = await openApi();
  const [rest] = bothSurfaces(api.server);
  const { job_id } = (await rest.create(request)).json().data;
  const database = new Sqlite(path.join(api.dataDir, 'darkroom.sqlite'));
  database.exec(`UPDATE jobs SET request = '{"model":"image-99"}'`);
  database.close();
  expect(rest.read(await rest.status({ job_id }))).toEqual({ status: 500, error_code: 'internal', paths: null });
});
