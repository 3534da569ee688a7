export { attachment, attachmentHeaders } from './attachment';
export { addressKey, UNKNOWN_ADDRESS } from './address-key';
export { ApiOwnProblems, ApiProblems, BODY_PROBLEMS } from './api-problems';
export { NOT_STORED } from './not-stored';
export { answerFrameworkError } from './framework-errors';
export { assertIfMatch, ifMatchAllows, VersionConflict, versionTag } from './if-match';
export {
  AlreadyExists,
  NotFound,
  Overloaded,
  PayloadTooLarge,
  Problem,
  RateLimited,
  Unavailable,
  UnsupportedMediaType,
  ValidationFailed,
  type FieldError,
} from './problem';
export { isDatabaseUnavailable, sqlState } from '../database/database-failure';
export { problemFromError, violatedConstraint } from './problem-from-error';
export { problemCodes, type ProblemCode } from './problem-codes';
export { FieldErrorDto, ProblemDto } from './problem.dto';
export { problemDocument, ProblemFilter } from './problem.filter';
export { cutOffIdleReaders } from './idle-readers';
export { cutOffIdleSenders, IDLE_SENDER_AT_SHUTDOWN_MS, readsAsItComes } from './idle-senders';
export { closePromptly, type Door } from './prompt-close';
export { requestId } from './request-id';
export { AnyInput, UndeclaredInputGuard } from './undeclared-input.guard';
export { createValidationPipe, fieldErrors } from './validation.pipe';
export { jsonArrayStream } from './json-array-stream';
export { JsonText } from './json-text';
export { UuidParam } from './uuid-param';
export { VerbatimAnswer } from './verbatim-answer';
export { acceptJsonBodies, MAX_DEPTH, nestsWithin } from './json-bodies';
export { securityHeaders } from './security-headers';
