/** A job as the rotation sees it. */
export interface ModelJob {
  jobId: string;
  userId: string;
  family: string;
  createdAt: number;
}

const byText = (a: string, b: string) => (a < b ? -1 : 1);
const byAge = (a: ModelJob, b: ModelJob) => a.createdAt - b.createdAt || byText(a.jobId, b.jobId);

/** A model of the rotation in plain lists: who is next, by turn, then the age of the oldest job, then the user's id. */
export class RotationModel {
  waiting: ModelJob[];
  turns: Map<string, number>;

  constructor(waiting: ModelJob[] = [], turns = new Map<string, number>()) {
    this.waiting = [...waiting];
    this.turns = new Map(turns);
  }

  #turn(userId: string): number {
    return this.turns.get(userId) ?? 0;
  }

  remove(jobId: string): void {
    this.waiting = this.waiting.filter((job) => job.jobId !== jobId);
  }

  serve(userId: string): void {
    this.turns.set(userId, Math.max(0, ...this.turns.values()) + 1);
  }

  next(family: string, notBefore = 0): ModelJob | undefined {
    const young = this.waiting.filter((job) => job.family === family && job.createdAt >= notBefore).sort(byAge);
    const oldest = [...Map.groupBy(young, ({ userId }) => userId).values()].flatMap(([first]) => first ?? []);
    return oldest.sort(
      (a, b) => this.#turn(a.userId) - this.#turn(b.userId) || a.createdAt - b.createdAt || byText(a.userId, b.userId),
    )[0];
  }

  /** The order in which the waiting jobs of the family would start if nothing changed. */
  plan(family: string): string[] {
    const imagined = new RotationModel(this.waiting, this.turns);
    const order: string[] = [];
    for (let job = imagined.next(family); job; job = imagined.next(family)) {
      order.push(job.jobId);
      imagined.remove(job.jobId);
      imagined.serve(job.userId);
    }
    return order;
  }

  /** The rows that `waiting_users` must have. */
  rows(): object[] {
    const groups = Map.groupBy(this.waiting, ({ userId, family }) => `${userId} ${family}`);
    return [...groups.values()].flatMap((jobs) => {
      const ordered = jobs.toSorted(byAge);
      const [oldest, newest] = [ordered[0], ordered.at(-1)];
      if (!oldest || !newest) return [];
      return {
        ...{ user_id: oldest.userId, family: oldest.family, turn: this.#turn(oldest.userId), jobs: jobs.length },
        ...{ oldest_at: oldest.createdAt, oldest_job: oldest.jobId, newest_at: newest.createdAt },
      };
    });
  }
}
