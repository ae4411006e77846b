import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { createUser } from '@darkroom/test-kit/client/user';
import { cpuSecondsOfAllThreads } from '../measure/cpu-time.ts';
import { percent, ratio, seconds } from '../measure/format.ts';
import { makePhoto, startImageProvider } from '../measure/image-provider.ts';
import { type ServerProcess, startApi, startSharpLoop } from '../measure/processes.ts';
import { type Turns, takeTurns } from '../measure/take-turns.ts';
import { judge } from '../measure/verdict.ts';
import type { Row } from '../row.ts';

const GOAL_OF_LABELLED = 0.95;
const GOAL_OF_BARE = 0.75;
const SIZE = { width: 2_048, height: 1_152 };
const FULL: Turns = { rounds: 8, times: 25, warmUp: 50 };
const QUICK: Turns = { rounds: 3, times: 8, warmUp: 8 };

export const images: Row = {
  id: 'P5',
  measure: '200 images 2048x1152 through the pipeline, CPU seconds',
  against: 'a bare sharp loop; a loop that also makes placeholder and label',
  goal: 'at least 0.75 of the bare loop; 0.95 of the other',
  async run({ quick }) {
    const photo = await makePhoto(SIZE.width, SIZE.height);
    const folder = await mkdtemp(path.join(tmpdir(), 'darkroom-bench-'));
    const file = path.join(folder, 'photo.jpg');
    await writeFile(file, photo);
    const provider = await startImageProvider(photo);
    const servers: ServerProcess[] = [];
    const begin = async (server: Promise<ServerProcess>) => {
      servers.push(await server);
      return await server;
    };
    try {
      const api = await begin(startApi({ provider }));
      const bare = await begin(startSharpLoop({ IMAGE: file }));
      const labelled = await begin(startSharpLoop({ IMAGE: file, WITH_LABEL: '1' }));
      const turns = quick ? QUICK : FULL;
      const sides = { bare: encodeIn(bare), labelled: encodeIn(labelled), ours: generateIn(api) };
      const taken = await takeTurns(sides, turns);
      const count = turns.rounds * turns.times;
      const figure = (name: 'bare' | 'labelled', what: string, goal: number) => {
        const share = taken[name].median / taken.ours.median;
        return {
          what,
          measured:
            `${ratio(share)} of it: for ${count} images ${seconds(taken.ours.median * count)} against ${seconds(taken[name].median * count)}, ` +
            `spread ${percent(taken.ours.spread)} and ${percent(taken[name].spread)}`,
          verdict: judge(taken[name], share >= goal),
          numbers: { ratio: share, oursSeconds: taken.ours.samples, loopSeconds: taken[name].samples },
        };
      };
      return [
        figure('bare', 'a bare sharp loop', GOAL_OF_BARE),
        figure('labelled', 'a loop with placeholder and label', GOAL_OF_LABELLED),
      ];
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
      await provider.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

function encodeIn({ url, pid }: ServerProcess) {
  return {
    work: async (times: number) => void (await (await fetch(`${url}/?times=${times}`)).text()),
    read: () => cpuSecondsOfAllThreads(pid),
  };
}

function generateIn({ url, pid }: ServerProcess) {
  const { sdk } = createUser(url, '1', new AbortController().signal);
  return {
    work: async (times: number) =>
      void (await Promise.all(
        Array.from({ length: times }, (_, number) => sdk.generate(imageRequest(`image ${number}`))),
      )),
    read: () => cpuSecondsOfAllThreads(pid),
  };
}
