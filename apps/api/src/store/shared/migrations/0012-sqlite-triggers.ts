type Row = 'OLD' | 'NEW';

const waiting = (row: Row) => `status = 'PENDING' AND family = ${row}.family AND user_id = ${row}.user_id`;
const oldest = (row: Row) =>
  `(SELECT created_at, job_id FROM jobs WHERE ${waiting(row)} ORDER BY created_at, job_id LIMIT 1)`;
const newest = (row: Row) => `(SELECT max(created_at) FROM jobs WHERE ${waiting(row)})`;

const join = `
  INSERT INTO waiting_users (user_id, family, turn, oldest_at, oldest_job, newest_at, jobs)
  VALUES (NEW.user_id, NEW.family, coalesce((SELECT turn FROM turns WHERE user_id = NEW.user_id), 0),
    NEW.created_at, NEW.job_id, NEW.created_at, 1)
  ON CONFLICT (user_id, family) DO UPDATE
  SET (oldest_at, oldest_job) = ${oldest('NEW')}, newest_at = ${newest('NEW')}, jobs = jobs + 1;`;

const leave = `
  DELETE FROM waiting_users WHERE user_id = OLD.user_id AND family = OLD.family
    AND NOT EXISTS (SELECT 1 FROM jobs WHERE ${waiting('OLD')});
  UPDATE waiting_users
  SET (oldest_at, oldest_job) = ${oldest('OLD')}, newest_at = ${newest('OLD')}, jobs = jobs - 1
  WHERE user_id = OLD.user_id AND family = OLD.family;`;

const setTurn = (row: Row, turn: string) => `UPDATE waiting_users SET turn = ${turn} WHERE user_id = ${row}.user_id;`;

const CHANGES = 'UPDATE OF status, user_id, family, created_at ON jobs';
const isMoved = `(OLD.status, OLD.user_id, OLD.family, OLD.created_at)
  <> (NEW.status, NEW.user_id, NEW.family, NEW.created_at)`;

const trigger = (name: string, event: string, when: string, body: string) =>
  `CREATE TRIGGER IF NOT EXISTS ${name} AFTER ${event} WHEN ${when} BEGIN ${body} END`;

export const sqliteTriggers = [
  trigger('waiting_job_created', 'INSERT ON jobs', `NEW.status = 'PENDING'`, join),
  trigger('waiting_job_left', CHANGES, `OLD.status = 'PENDING' AND ${isMoved}`, leave),
  trigger('waiting_job_joined', CHANGES, `NEW.status = 'PENDING' AND ${isMoved}`, join),
  trigger('waiting_job_deleted', 'DELETE ON jobs', `OLD.status = 'PENDING'`, leave),
  trigger('waiting_user_served_first', 'INSERT ON turns', 'true', setTurn('NEW', 'NEW.turn')),
  trigger('waiting_user_served', 'UPDATE OF turn ON turns', 'true', setTurn('NEW', 'NEW.turn')),
  trigger('waiting_user_forgotten', 'DELETE ON turns', 'true', setTurn('OLD', '0')),
];
