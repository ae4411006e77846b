/** SQLSTATE codes of a lost connection: https://www.postgresql.org/docs/18/errcodes-appendix.html */
const CONNECTION_LOST = /^(08...|57P0[123]|25P03)$/;
/** The server became a standby while this connection was open; the next connection may reach the new primary. */
const READ_ONLY = '25006';
/** Serialization failure or deadlock: two transactions conflicted, and one of them was rolled back. */
const UNDONE = /^(40001|40P01)$/;
/**
 * Insufficient resources or connections (53), lock or statement timeout (55P03, 57014), system error (58), login
 * refused (28), no such database (3D000).
 */
const NOT_NOW = /^(53...|55P03|57014|58...|28...|3D000)$/;

const SOCKET_LOST = /^(ECONNRESET|EPIPE|ECONNREFUSED|ECONNABORTED)$/;
const UNREACHABLE = /^(ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN)$/;

/** pg sets no code on errors that it detects itself, so they are recognised by their message. */
const LOST_IN_WORDS = /^(Connection terminated|Client has encountered a connection error|Client was closed)/;
const TIMED_OUT_IN_WORDS = /^(timeout exceeded when trying to connect|Query read timeout|Cannot use a pool after)/;
/** kysely's words for a database that this process has closed: its drain did not wait for the request. */
const CLOSED_IN_WORDS = 'driver has already been destroyed';

/**
 * Other transactions held a lock for longer than `lock_timeout`. This one is rolled back; the database is available.
 */
export function isLockTimeout(error: unknown): boolean {
  return wordsOf(error).code === '55P03';
}

/** An immediate retry may succeed: the connection was lost, or the transaction conflicted with another one. */
export function isTransient(error: unknown): boolean {
  const { code, message } = wordsOf(error);
  const says = (pattern: RegExp) => pattern.test(code);
  return (
    code === READ_ONLY ||
    says(CONNECTION_LOST) ||
    says(UNDONE) ||
    says(SOCKET_LOST) ||
    (LOST_IN_WORDS.test(message) && !message.includes('timeout'))
  );
}

/** The database cannot be used now, by any caller. */
export function isPostgresUnavailable(error: unknown): boolean {
  const { code, message } = wordsOf(error);
  return (
    isTransient(error) ||
    NOT_NOW.test(code) ||
    UNREACHABLE.test(code) ||
    LOST_IN_WORDS.test(message) ||
    TIMED_OUT_IN_WORDS.test(message) ||
    message === CLOSED_IN_WORDS
  );
}

/** The connection that raised the error cannot be used again. */
export function isConnectionBroken(error: unknown): boolean {
  return isPostgresUnavailable(error) && !/^(40|53|55|57014)/.test(wordsOf(error).code);
}

function wordsOf(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: '', message: '' };
  return { code: 'code' in error && typeof error.code === 'string' ? error.code : '', message: error.message };
}
