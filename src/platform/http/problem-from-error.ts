import { HttpException } from '@nestjs/common';
import { isDatabaseUnavailable, isOutOfRoom, sqlState } from '../database/database-failure';
import {
  AlreadyExists,
  NotFound,
  OutOfRoom,
  PayloadTooLarge,
  Problem,
  Unavailable,
  UnsupportedMediaType,
} from './problem';

interface CodedError {
  code?: unknown;
  statusCode?: unknown;
}

const asCoded = (error: unknown): CodedError => (typeof error === 'object' && error !== null ? error : {});

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
  if (isOutOfRoom(error)) return new OutOfRoom(error);
  if (isDatabaseUnavailable(error)) return new Unavailable(undefined, error);
  if (sqlState(error) === '23505') return new AlreadyExists('It exists already.');
  return new Problem(500, 'internal_error', 'Something went wrong on our side.', { cause: error });
};

/** Name of the constraint that a database error is about, if it is about one. */
export const violatedConstraint = (error: unknown): string | undefined => {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('constraint' in error && typeof error.constraint === 'string') return error.constraint;
  return 'driverError' in error ? violatedConstraint(error.driverError) : undefined;
};
