/** PostgreSQL's words for a connection that is no more: https://www.postgresql.org/docs/18/errcodes-appendix.html */
const CONNECTION_LOST = /^(08...|57P0[123]|25P03)$/;
/** A server that became a standby while this connection was open: the next one may reach the new primary. */
const READ_ONLY = '25006';
/** Two transactions in each other's way, one of which was undone. */
const UNDONE = /^(40001|40P01)$/;
/** No room, no connection, no lock or no answer in time, or nobody who may come in. */
const NOT_NOW = /^(53...|55P03|57014|58...|28...|3D000)$/;

const SOCKET_LOST = /^(ECONNRESET|EPIPE|ECONNREFUSED|ECONNABORTED)$/;
const UNREACHABLE = /^(ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN)$/;

/** pg has no codes for what it finds itself. */
const LOST_IN_WORDS = /^(Connection terminated|Client has encountered a connection error|Client was closed)/;
const TIMED_OUT_IN_WORDS = /^(timeout exceeded when trying to connect|Query read timeout|Cannot use a pool after)/;

/** Others held a lock for longer than `lock_timeout`; the transaction is undone, and the database is there. */
export function isLockTimeout(error: unknown): boolean {
  return wordsOf(error).code === '55P03';
}

/** The same may well work at once: the connection was lost, or the transaction was in another's way. */
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

/** The database cannot be used now, whoever asks. */
export function isPostgresUnavailable(error: unknown): boolean {
  const { code, message } = wordsOf(error);
  return (
    isTransient(error) ||
    NOT_NOW.test(code) ||
    UNREACHABLE.test(code) ||
    LOST_IN_WORDS.test(message) ||
    TIMED_OUT_IN_WORDS.test(message)
  );
}

/** The connection that said so is of no more use. */
export function isConnectionBroken(error: unknown): boolean {
  return isPostgresUnavailable(error) && !/^(40|53|55|57014)/.test(wordsOf(error).code);
}

function wordsOf(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: '', message: '' };
  return { code: 'code' in error && typeof error.code === 'string' ? error.code : '', message: error.message };
}
