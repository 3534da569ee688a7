/** SQLSTATE `too_many_connections`. */
const TOO_MANY_CONNECTIONS = '53300';

/** SQLSTATEs (Postgres manual, appendix A) of a connection that is gone or not to be had, but may be soon. */
const CONNECTION_SQLSTATES = [
  '08000', // connection_exception
  '08001', // sqlclient_unable_to_establish_sqlconnection
  '08003', // connection_does_not_exist
  '08006', // connection_failure
  '25P03', // idle_in_transaction_session_timeout
  TOO_MANY_CONNECTIONS,
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
] as const;

/** What was sacrificed to others; the server has rolled it back. */
const SACRIFICED_SQLSTATES = [
  '40001', // serialization_failure
  '40P01', // deadlock_detected
] as const;

/** What took too long: it would again. */
const SLOW_SQLSTATES = [
  '55P03', // lock_not_available
  '57014', // query_canceled: the statement timeout
] as const;

/** The server works, but not for this: it may again when somebody has made room. It has undone what failed. */
const NO_ROOM_SQLSTATES = [
  '25006', // read_only_sql_transaction: a replica, or a server that its guard has made read-only
  '53000', // insufficient_resources
  '53100', // disk_full
  '53200', // out_of_memory
  '53400', // configuration_limit_exceeded: temporary files
  '58030', // io_error
] as const;

const connection = new Set<string>(CONNECTION_SQLSTATES);
const sacrificed = new Set<string>(SACRIFICED_SQLSTATES);
const slow = new Set<string>(SLOW_SQLSTATES);
const noRoom = new Set<string>(NO_ROOM_SQLSTATES);

const SYSTEM_ERRORS = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);

/** Messages of `pg` and `pg-pool`, which carry no code: the time for getting a connection is up. */
const NO_CONNECTION_IN_TIME =
  /timeout exceeded when trying to connect|timeout expired|due to connection timeout/i;

/** The query was never sent: the connection was gone before. */
const NOT_SENT = /connection error and is not queryable|Client was closed and is not queryable/i;

/** The connection is gone, was never there, or is silent. */
const NO_CONNECTION =
  /Connection terminated|not queryable|Cannot use a pool after calling end|not established|Query read timeout/i;

interface ErrorParts {
  name?: unknown;
  code?: unknown;
  message?: unknown;
  severity?: unknown;
  driverError?: unknown;
  errors?: unknown;
}

const partsOf = (error: unknown): ErrorParts => (typeof error === 'object' && error !== null ? error : {});

const says = ({ message }: ErrorParts, pattern: RegExp): boolean =>
  typeof message === 'string' && pattern.test(message);

/** Whether `test` holds for an error, or for what it wraps or gathers. */
const within = (error: unknown, test: (parts: ErrorParts) => boolean): boolean => {
  const parts = partsOf(error);
  if (test(parts)) return true;
  if (Array.isArray(parts.errors) && parts.errors.some((each) => within(each, test))) return true;
  return parts.driverError !== undefined && within(parts.driverError, test);
};

/** The connection of a transaction broke before its COMMIT was sent: nothing of it was done. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
  readonly code = '08006';

  constructor(cause: unknown) {
    super('Connection terminated in the middle of a transaction', { cause });
  }
}

/** The attempt before has not ended on the server, although its connection broke: whether it will be committed is open. */
export class StillRunning extends ConnectionLost {}

/** SQLSTATE of a database error, bare or wrapped by TypeORM. */
export const sqlState = (error: unknown): string | undefined => {
  const { code, driverError } = partsOf(error);
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code;
  return driverError === undefined ? undefined : sqlState(driverError);
};

/** Whether there was no connection in the time that a request waits for one: the wait is not to be begun anew. */
export const isOutOfTime = (error: unknown): boolean =>
  within(error, (parts) => says(parts, NO_CONNECTION_IN_TIME));

/** Whether an error says that there is no connection (any more). Whether the statement was run is not known. */
export const isConnectionFailure = (error: unknown): boolean =>
  within(error, (parts) => {
    const { code, severity } = parts;
    if (typeof code === 'string') {
      if (connection.has(code) || SYSTEM_ERRORS.has(code)) return true;
      // PgBouncer's word for whatever ends a connection; as a mere ERROR it is Postgres's for a faulty message.
      if (code === '08P01' && severity === 'FATAL') return true;
    }
    return says(parts, NO_CONNECTION) || says(parts, NO_CONNECTION_IN_TIME);
  });

/** Whether the server has undone what failed in favour of others. */
export const isSacrificed = (error: unknown): boolean => sacrificed.has(sqlState(error) ?? '');

/** Whether the same may well succeed in a moment; whether it has been done already is another question. */
export const isPassing = (error: unknown): boolean =>
  isSacrificed(error) || (isConnectionFailure(error) && !isOutOfTime(error));

/** Whether what failed never reached the server. */
export const wasNotSent = (error: unknown): boolean =>
  within(error, (parts) => parts.name === 'QueryRunnerAlreadyReleasedError' || says(parts, NOT_SENT));

/** Whether the server, or what the role may have of it, has no room for one more connection. */
export const isOutOfConnections = (error: unknown): boolean => sqlState(error) === TOO_MANY_CONNECTIONS;

/** Whether the connection can be used further: the server has answered, with an error that ends no connection. */
export const leavesConnection = (error: unknown): boolean =>
  within(error, ({ severity }) => severity === 'ERROR');

/** Whether the server has no room for what was asked: a full disk, mostly, so that reads go on. */
export const isOutOfRoom = (error: unknown): boolean => noRoom.has(sqlState(error) ?? '');

/** Whether an error says that the database is away, overloaded or full for the moment. */
export const isDatabaseUnavailable = (error: unknown): boolean =>
  isPassing(error) || isConnectionFailure(error) || isOutOfRoom(error) || slow.has(sqlState(error) ?? '');
