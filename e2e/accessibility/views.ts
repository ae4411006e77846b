import type { Page } from 'playwright-core';
import type { SeededService } from './seed-service.ts';

/** A user who has created jobs before, one who has not, and one with several references in the form. */
export const USERS = ['regular', 'newcomer', 'editor'] as const;
type SeededUser = (typeof USERS)[number];

/** A page in one of its states. */
export interface View {
  name: string;
  user: SeededUser;
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
export function listViews({ jobs }: SeededService): View[] {
  const index = '/pages/index/index';
  const loading = (jobId: string) => `/pages/discover/generation-loading?job_id=${jobId}`;
  const result = (jobId: string) => `/pages/discover/generation-result?job_id=${jobId}`;
  const history = '/pages/history/history';
  const [regular, newcomer, editor] = USERS;
  return [
    { name: 'index-empty', user: newcomer, path: index, landmark: `${testId('submit')}[aria-disabled=true]` },
    { name: 'index-consent', user: newcomer, path: index, landmark: testId('consent'), act: press('photo-add') },
    { name: 'index-filled', user: regular, path: index, landmark: '[data-testid=photo-picker][data-state=ready]' },
    { name: 'index-references', user: editor, path: index, landmark: testId('extra-disable_prompt_enhanced') },
    { name: 'loading-waiting', user: regular, path: loading(jobs.waiting), landmark: testId('queue-position') },
    {
      name: 'loading-generating',
      user: regular,
      path: loading(jobs.generating),
      landmark: '[data-stage=generating]',
    },
    {
      name: 'loading-cancel',
      user: regular,
      path: loading(jobs.generating),
      landmark: testId('dialog'),
      act: press('cancel'),
    },
    { name: 'result-whole', user: regular, path: result(jobs.whole), landmark: testId('save-all') },
    {
      name: 'result-viewer',
      user: regular,
      path: result(jobs.whole),
      landmark: testId('viewer'),
      act: press('result-image'),
    },
    { name: 'result-partial', user: regular, path: result(jobs.partial), landmark: testId('failed-count') },
    { name: 'result-failed', user: regular, path: result(jobs.failed), landmark: testId('failure') },
    { name: 'history-empty', user: newcomer, path: history, landmark: testId('empty') },
    { name: 'history-filled', user: regular, path: history, landmark: '[data-testid=job][data-status=COMPLETED]' },
    { name: 'settings', user: regular, path: '/pages/settings/settings', landmark: testId('version') },
    { name: 'privacy', user: regular, path: '/pages/settings/privacy', landmark: testId('back') },
  ];
}
