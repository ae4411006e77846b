/** All routes of the feature within one page, whose query selects what it shows. */
const PAGE = '/pages/pictures/pictures';

const sending = `${PAGE}?step=send`;
const following = (jobId: string) => `${PAGE}?step=follow&job_id=${jobId}`;
const showing = (jobId: string) => `${PAGE}?step=show&job_id=${jobId}`;

export const openDraft = () => uni.navigateTo({ url: sending });
export const openJob = (jobId: string) => uni.navigateTo({ url: following(jobId) });
export const openResult = (jobId: string) => uni.navigateTo({ url: showing(jobId) });
export const replaceWithDraft = () => uni.redirectTo({ url: sending });
export const replaceWithJob = (jobId: string) => uni.redirectTo({ url: following(jobId) });
export const replaceWithResult = (jobId: string) => uni.redirectTo({ url: showing(jobId) });
export const goHome = () => uni.reLaunch({ url: PAGE });
export const goBack = () => uni.navigateBack();

/** This app has neither a history nor settings. */
export const openHistory = goHome;
export const replaceWithRunning = goHome;
export const openSettings = goHome;
