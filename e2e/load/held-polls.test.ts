import { HELD_POLLS_PER_USER, type ImageJob } from '@darkroom/contracts';
import { startApi } from '@darkroom/test-kit/api/start-api';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { expect, test } from 'vitest';

const OTHERS = 50;

test('answers the 21st held poll of one user at once while the polls of other users stay held', async () => {
  const provider = await startProvider();
  provider.script({ hold: true });
  const api = await startApi(provider);
  const follow = async (userId: string, settled: ImageJob[], polls: number) => {
    const { sdk, rest } = api.user(userId);
    const { job_id } = await sdk.create(imageRequest('held'));
    return Array.from({ length: polls }, async (_, number) => {
      const query = `?wait_seconds=25&after_version=99`;
      const job =
        number % 2 === 0
          ? (await rest.status(job_id, query)).data
          : await sdk.status(job_id, { waitSeconds: 25, afterVersion: 99 });
      settled.push(job);
    });
  };
  const othersSettled: ImageJob[] = [];
  const others = await Promise.all(
    Array.from({ length: OTHERS }, (_, number) => follow(String(number + 2), othersSettled, 1)),
  );
  const settled: ImageJob[] = [];
  const polls = await follow('1', settled, HELD_POLLS_PER_USER + 1);

  await Promise.race(polls);
  for (let round = 0; round < 5; round++) await api.user('1').sdk.list(); // gives a wrongly released poll time to answer

  expect(settled).toHaveLength(1);
  expect(othersSettled).toEqual([]);
  api.process.signal('SIGTERM');
  await Promise.all([...polls, ...others.flat()]);
  expect(settled).toHaveLength(HELD_POLLS_PER_USER + 1);
  expect(othersSettled).toHaveLength(OTHERS);
  provider.release();
});
