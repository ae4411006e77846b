import type { Page } from 'playwright-core';
import type { World } from './seed-service.ts';

/** A user who has created jobs before, and one who has not. */
export const PERSONS = ['regular', 'newcomer'] as const;
export type Person = (typeof PERSONS)[number];

/** A page in one of its states. */
export interface View {
  name: string;
  person: Person;
  /** The part after the `#`. */
  path: string;
  /** Visible once the page is in that state. */
  landmark: string;
  /** The actions that bring the page into that state. */
  act?(page: Page): Promise<void>;
}

const testId = (name: string) => `[data-testid="${name}"]`;

const press = (name: string) => (page: Page) => page.getByTestId(name).first().click();

/** Every page of the app in every state, and every sheet over a page. */
export function listViews({ jobs }: World): View[] {
  const index = '/pages/index/index';
  const loading = (jobId: string) => `/pages/discover/generation-loading?job_id=${jobId}`;
  const result = (jobId: string) => `/pages/discover/generation-result?job_id=${jobId}`;
  const history = '/pages/history/history';
  const [regular, newcomer] = PERSONS;
  return [
    { name: 'index-empty', person: newcomer, path: index, landmark: `${testId('submit')}[aria-disabled=true]` },
    { name: 'index-consent', person: newcomer, path: index, landmark: testId('consent'), act: press('photo-add') },
    { name: 'index-filled', person: regular, path: index, landmark: '[data-testid=photo-picker][data-state=ready]' },
    { name: 'loading-waiting', person: regular, path: loading(jobs.waiting), landmark: testId('queue-position') },
    {
      name: 'loading-generating',
      person: regular,
      path: loading(jobs.generating),
      landmark: '[data-stage=generating]',
    },
    {
      name: 'loading-cancel',
      person: regular,
      path: loading(jobs.generating),
      landmark: testId('dialog'),
      act: press('cancel'),
    },
    { name: 'result-whole', person: regular, path: result(jobs.whole), landmark: testId('save-all') },
    {
      name: 'result-viewer',
      person: regular,
      path: result(jobs.whole),
      landmark: testId('viewer'),
      act: press('result-image'),
    },
    { name: 'result-partial', person: regular, path: result(jobs.partial), landmark: testId('failed-count') },
    { name: 'result-failed', person: regular, path: result(jobs.failed), landmark: testId('failure') },
    { name: 'history-empty', person: newcomer, path: history, landmark: testId('empty') },
    { name: 'history-filled', person: regular, path: history, landmark: '[data-testid=job][data-status=COMPLETED]' },
    { name: 'settings', person: regular, path: '/pages/settings/settings', landmark: testId('version') },
    { name: 'privacy', person: regular, path: '/pages/settings/privacy', landmark: testId('back') },
  ];
}
