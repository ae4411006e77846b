import type { ImageJob, Viewer } from '@darkroom/contracts';
import type { UrlSigner } from '../files/file-store.ts';
import { hasEnded } from '../job/job-state.ts';
import type { JobState } from '../job/stored-job.ts';
import type { JobSnapshot } from './present-job.ts';
import type { RememberedJobs } from './remember-jobs.ts';

/** A job as JSON, with its status. */
interface JobJson {
  status: ImageJob['status'];
  json: string;
}

/** The answers of ended jobs, which clients ask for again and again. */
export interface EndedAnswers {
  /** Presents a job and keeps the answer if the job has ended. */
  present(job: JobSnapshot): Promise<ImageJob>;
  /** The viewer's own job as it would be presented now. Null: ask the service, which also tells errors apart. */
  recall(viewer: Viewer, jobId: string): JobJson | null;
}

interface Deps {
  jobs: Pick<RememberedJobs, 'peek'>;
  present(job: JobSnapshot): Promise<ImageJob>;
  signer: Pick<UrlSigner, 'nextLinkAt'>;
}

/** An answer is valid while its job is remembered in the same state and its links would be signed in the same way. */
export function createEndedAnswers({ jobs, present, signer }: Deps): EndedAnswers {
  const answers = new WeakMap<JobState, JobJson & { nextLinkAt: number }>();
  return {
    async present(job) {
      const nextLinkAt = signer.nextLinkAt();
      const presented = await present(job);
      if (hasEnded(job)) {
        answers.set(job.state, { status: presented.status, json: JSON.stringify(presented), nextLinkAt });
      }
      return presented;
    },
    recall(viewer, jobId) {
      const job = jobs.peek(jobId);
      if (!job || job.userId !== viewer.user_id) return null;
      const answer = answers.get(job.state);
      return answer?.nextLinkAt === signer.nextLinkAt() ? answer : null;
    },
  };
}
