import { HttpException } from '@nestjs/common';
import {
  AlreadyExists,
  NotFound,
  PayloadTooLarge,
  Problem,
  Unavailable,
  UnsupportedMediaType,
} from './problem';

/** SQLSTATEs (Postgres manual, appendix A) that mean "not now" rather than "never". */
const TRANSIENT_SQLSTATES = new Set([
  '08000', // connection_exception
  '08003', // connection_does_not_exist
  '08006', // connection_failure
  '08001', // sqlclient_unable_to_establish_sqlconnection
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '53300', // too_many_connections
  '55P03', // lock_not_available
  '57014', // query_canceled: the statement timeout
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
]);

const TRANSIENT_SYSTEM_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Messages of `pg` and `pg-pool` for a connection that is gone or not to be had; they carry no code. */
const CONNECTION_MESSAGES =
  /timeout exceeded when trying to connect|timeout expired|Connection terminated|Client has encountered a connection error|Cannot use a pool after calling end|Client was closed and is not queryable|not established/i;

interface CodedError {
  code?: unknown;
  message?: unknown;
  statusCode?: unknown;
  driverError?: unknown;
  errors?: unknown;
}

const asCoded = (error: unknown): CodedError => (typeof error === 'object' && error !== null ? error : {});

/** Whether an error says that the database is away or overloaded for the moment. */
export const isDatabaseUnavailable = (error: unknown): boolean => {
  const { code, message, driverError, errors } = asCoded(error);
  if (typeof code === 'string' && (TRANSIENT_SQLSTATES.has(code) || TRANSIENT_SYSTEM_ERRORS.has(code)))
    return true;
  if (typeof message === 'string' && CONNECTION_MESSAGES.test(message)) return true;
  if (Array.isArray(errors) && errors.some(isDatabaseUnavailable)) return true;
  return driverError !== undefined && isDatabaseUnavailable(driverError);
};

const fromFastify = (code: string, status: number, limitBytes: number): Problem | undefined => {
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new PayloadTooLarge(limitBytes);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new UnsupportedMediaType('application/json');
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new Problem(400, 'malformed_json', 'The body is not valid JSON.');
    default:
      return status >= 400 && status < 500
        ? new Problem(status, 'bad_request', 'The request is not valid.')
        : undefined;
  }
};

const fromHttpException = (error: HttpException, limitBytes: number): Problem => {
  const status = error.getStatus();
  if (status === 404) return new NotFound();
  if (status === 413) return new PayloadTooLarge(limitBytes);
  if (status === 415) return new UnsupportedMediaType('application/json');
  if (status >= 500)
    return new Problem(status, 'internal_error', 'Something went wrong on our side.', { cause: error });
  return new Problem(status, 'bad_request', error.message, { cause: error });
};

/**
 * The problem an error is answered with. Unknown errors become a 500 that says nothing of their inside.
 * @param limitBytes the body limit in force, for the message of a 413
 */
export const problemFromError = (error: unknown, limitBytes: number): Problem => {
  if (error instanceof Problem) return error;
  if (error instanceof HttpException) return fromHttpException(error, limitBytes);
  const { code, statusCode } = asCoded(error);
  if (error instanceof SyntaxError && statusCode === 400) {
    return new Problem(400, 'malformed_json', 'The body is not valid JSON.');
  }
  if (typeof code === 'string' && code.startsWith('FST_')) {
    const problem = fromFastify(code, Number(statusCode), limitBytes);
    if (problem) return problem;
  }
  if (isDatabaseUnavailable(error)) return new Unavailable(undefined, error);
  if (sqlState(error) === '23505') return new AlreadyExists('It exists already.');
  return new Problem(500, 'internal_error', 'Something went wrong on our side.', { cause: error });
};

/** SQLSTATE of a database error, bare or wrapped by TypeORM. */
export const sqlState = (error: unknown): string | undefined => {
  const { code, driverError } = asCoded(error);
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code;
  return driverError === undefined ? undefined : sqlState(driverError);
};

/** Name of the constraint that a database error is about, if it is about one. */
export const violatedConstraint = (error: unknown): string | undefined => {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('constraint' in error && typeof error.constraint === 'string') return error.constraint;
  return 'driverError' in error ? violatedConstraint(error.driverError) : undefined;
};
