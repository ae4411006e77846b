/** First number of the advisory locks on the waiting rows of a user. */
const USER_LOCKS = 0x64617275;

/**
 * Two transactions that change the row of a user run one after the other, and the second one reads what the first one has
 * committed: each statement of the functions has a snapshot of its own, taken after the lock.
 */
const lockUser = `PERFORM pg_advisory_xact_lock(${USER_LOCKS}, hashtext(changed_user));`;

const keepRow = `
CREATE OR REPLACE FUNCTION keep_waiting_user(changed_user text, changed_family text, change integer) RETURNS void AS $$
DECLARE
  oldest record;
  newest bigint;
BEGIN
  ${lockUser}
  SELECT created_at, job_id INTO oldest FROM jobs
    WHERE status = 'PENDING' AND family = changed_family AND user_id = changed_user
    ORDER BY created_at, job_id LIMIT 1;
  IF NOT FOUND THEN
    DELETE FROM waiting_users WHERE user_id = changed_user AND family = changed_family;
    RETURN;
  END IF;
  SELECT max(created_at) INTO newest FROM jobs
    WHERE status = 'PENDING' AND family = changed_family AND user_id = changed_user;
  INSERT INTO waiting_users AS kept (user_id, family, turn, oldest_at, oldest_job, newest_at, jobs)
    VALUES (changed_user, changed_family, coalesce((SELECT turn FROM turns WHERE user_id = changed_user), 0),
      oldest.created_at, oldest.job_id, newest, 1)
    ON CONFLICT (user_id, family) DO UPDATE
    SET turn = excluded.turn, oldest_at = excluded.oldest_at, oldest_job = excluded.oldest_job,
      newest_at = excluded.newest_at, jobs = kept.jobs + change;
END $$ LANGUAGE plpgsql`;

const ofJob = `
CREATE OR REPLACE FUNCTION keep_waiting_users_of_job() RETURNS trigger AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.status = 'PENDING' THEN
    PERFORM keep_waiting_user(OLD.user_id, OLD.family, -1);
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.status = 'PENDING' THEN
    PERFORM keep_waiting_user(NEW.user_id, NEW.family, 1);
  END IF;
  RETURN NULL;
END $$ LANGUAGE plpgsql`;

const ofTurn = `
CREATE OR REPLACE FUNCTION keep_waiting_users_of_turn() RETURNS trigger AS $$
DECLARE
  changed_user text := CASE TG_OP WHEN 'DELETE' THEN OLD.user_id ELSE NEW.user_id END;
  current_turn bigint;
BEGIN
  ${lockUser}
  SELECT turn INTO current_turn FROM turns WHERE user_id = changed_user;
  UPDATE waiting_users SET turn = coalesce(current_turn, 0)
    WHERE user_id = changed_user AND turn <> coalesce(current_turn, 0);
  RETURN NULL;
END $$ LANGUAGE plpgsql`;

/**
 * Deferred: the lock on the user is the last one that a transaction takes, so that it cannot deadlock with those on jobs
 * and uploads, and is held only for the commit.
 */
const trigger = (name: string, event: string, when: string, run: string) => `
CREATE CONSTRAINT TRIGGER ${name} AFTER ${event} DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION ${run}()`;

const isMoved = `(OLD.status = 'PENDING' OR NEW.status = 'PENDING')
  AND (OLD.status, OLD.user_id, OLD.family, OLD.created_at) <> (NEW.status, NEW.user_id, NEW.family, NEW.created_at)`;

export const postgresTriggers = [
  keepRow,
  ofJob,
  ofTurn,
  trigger('waiting_job_created', 'INSERT ON jobs', `NEW.status = 'PENDING'`, 'keep_waiting_users_of_job'),
  trigger('waiting_job_changed', 'UPDATE ON jobs', isMoved, 'keep_waiting_users_of_job'),
  trigger('waiting_job_deleted', 'DELETE ON jobs', `OLD.status = 'PENDING'`, 'keep_waiting_users_of_job'),
  trigger('waiting_user_served', 'INSERT OR UPDATE OR DELETE ON turns', 'true', 'keep_waiting_users_of_turn'),
];
