/** SQL that both databases understand, and that fills an empty database of schema version 0011 with many rows. */

export interface Filling {
  jobs: number;
  users: number;
  /** Creation of the oldest and of the youngest job, in milliseconds since the epoch. */
  from: number;
  to: number;
}

const REQUEST = JSON.stringify({ model: 'image-01', prompt: 'a lighthouse at dawn, seen from a boat', n: 1 });

/** The id of the job with this number. */
export const filledJobId = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** The user of the job with this number. */
export const filledUserId = (number: number, { users }: Pick<Filling, 'users'>): string => `user-${number % users}`;

const JOB_ID = "'00000000-0000-4000-8000-' || substr(CAST(1000000000000 + n AS text), 2)";
const userId = ({ users }: Filling) => `'user-' || CAST(n % ${users} AS text)`;
const createdAt = ({ jobs, from, to }: Filling) => `${from} + n * ${Math.floor((to - from) / jobs)}`;
const series = ({ jobs }: Filling) =>
  `WITH RECURSIVE series(n) AS (SELECT CAST(0 AS bigint) UNION ALL SELECT n + 1 FROM series WHERE n < ${jobs - 1})`;

/** Jobs that wait, oldest first by number. */
export function waitingRows(filling: Filling): string[] {
  const at = createdAt(filling);
  return [
    `INSERT INTO jobs (job_id, user_id, request, family, status, version, created_at, updated_at)
     ${series(filling)} SELECT ${JOB_ID}, ${userId(filling)}, '${REQUEST}', 'image-01', 'PENDING', 1, ${at}, ${at} FROM series`,
  ];
}

/** Completed jobs, each with its attempt, its image and its usage event. */
export function completedRows(filling: Filling): string[] {
  const at = createdAt(filling);
  const asset = (end: string) =>
    `'{"key":"' || ${JOB_ID} || '-0.jpg","width":1280,"height":720,"bytes":180000,"contentType":"image/jpeg","compressed":true,"placeholder":"3OcRJYB4d3h/iIeHeEh3eIhw+j2w"}${end}'`;
  const one = series(filling);
  return [
    `INSERT INTO jobs (job_id, user_id, request, family, status, version, created_at, updated_at, completed_at, assets, failed_count, charged)
     ${one} SELECT ${JOB_ID}, ${userId(filling)}, '${REQUEST}', 'image-01', 'COMPLETED', 4, ${at}, ${at} + 24000, ${at} + 24000, '[' || ${asset(']')}, 0, 'yes' FROM series`,
    `INSERT INTO attempts (attempt_id, job_id, user_id, kind, family, number, started_at, ended_at, outcome, worker_id)
     ${one} SELECT 'attempt-' || CAST(n AS text), ${JOB_ID}, ${userId(filling)}, 'image-01', 'image-01', 1, ${at}, ${at} + 23000, 'answered', 'a-worker' FROM series`,
    `INSERT INTO pictures (job_id, position, source, asset, failed)
     ${one} SELECT ${JOB_ID}, 0, '{"url":"http://127.0.0.1/image.jpg"}', ${asset('')}, 0 FROM series`,
    `INSERT INTO orders (user_id, ordered_at, images, units)
     ${one} SELECT ${userId(filling)}, ${at}, 1, 10 FROM series`,
  ];
}
