/** The app's page addresses and navigation. */
export const INDEX = '/pages/index/index';
const LOADING = '/pages/discover/generation-loading';
const RESULT = '/pages/discover/generation-result';
const HISTORY = '/pages/history/history';
const SETTINGS = '/pages/settings/settings';
const PRIVACY = '/pages/settings/privacy';

const historyOf = (filter: string) => (filter === 'all' ? HISTORY : `${HISTORY}?filter=${filter}`);
const withJob = (page: string, jobId: string) => `${page}?job_id=${encodeURIComponent(jobId)}`;

/** The loading page for the stored draft. */
export function openDraft(): void {
  uni.navigateTo({ url: LOADING });
}

export function openJob(jobId: string): void {
  uni.navigateTo({ url: withJob(LOADING, jobId) });
}

export function openResult(jobId: string): void {
  uni.navigateTo({ url: withJob(RESULT, jobId) });
}

/** `filter` is one of the history's filters; `all` without one in the address. */
export function openHistory(filter: string): void {
  uni.navigateTo({ url: historyOf(filter) });
}

export function openSettings(): void {
  uni.navigateTo({ url: SETTINGS });
}

export function openPrivacy(): void {
  uni.navigateTo({ url: PRIVACY });
}

/** Replaces the current page, so that back leads to the form. */
export function replaceWithDraft(): void {
  uni.redirectTo({ url: LOADING });
}

export function replaceWithJob(jobId: string): void {
  uni.redirectTo({ url: withJob(LOADING, jobId) });
}

export function replaceWithRunning(): void {
  uni.redirectTo({ url: historyOf('running') });
}

export function replaceWithResult(jobId: string): void {
  uni.redirectTo({ url: withJob(RESULT, jobId) });
}

export function goHome(): void {
  uni.reLaunch({ url: INDEX });
}

/** A page opened by its address has no history. */
export function goBack(): void {
  if (getCurrentPages().length > 1) uni.navigateBack();
  else goHome();
}
