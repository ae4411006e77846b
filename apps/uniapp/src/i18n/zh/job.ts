import { actions, charge } from './actions.ts';
import { contentRejections, jobFailures } from './job-failures.ts';
import { jobRequestFailures, requestKept, retryAfter } from './job-request-failures.ts';
import { cancelDialog, loading } from './loading.ts';

export const job = {
  loading,
  cancelDialog,
  actions,
  charge,
  jobFailures,
  contentRejections,
  jobRequestFailures,
  requestKept,
  retryAfter,
};
