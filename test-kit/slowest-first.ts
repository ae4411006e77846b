import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Parts of the names of the slowest files, for runs without recorded durations: started last, they would run alone. */
const SLOW = ['e2e/cluster/', 'e2e/chaos/', 'e2e/load/', 'e2e/abuse/', 'published-packages'];

const isSlow = ({ moduleId }: TestSpecification) => SLOW.some((part) => moduleId.includes(part));

export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}
