/** One wrong field of a request; `field` is its path, such as `tags[3]` or `statusEvents[0].status`. */
export interface FieldError {
  field: string;
  message: string;
}

/** What an error may add to its problem document and to the answer's headers. */
export interface ProblemExtras {
  /** Extension members of the document, such as `allowed` or `currentVersion`. */
  extensions?: Record<string, unknown>;
  headers?: Record<string, string>;
  cause?: unknown;
}

/**
 * An error that owns its HTTP answer (RFC 9457 problem details). Features derive one class an error;
 * whatever else is thrown is answered 500 without a word about its inside.
 */
export class Problem extends Error {
  readonly extensions: Record<string, unknown>;
  readonly headers: Record<string, string>;

  /**
   * @param status HTTP status
   * @param code stable machine-readable name, snake_case
   * @param detail what happened, for people
   */
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    { extensions = {}, headers = {}, cause }: ProblemExtras = {},
  ) {
    super(detail, { cause });
    this.extensions = extensions;
    this.headers = headers;
  }
}

/** 400: something in the body, the query or the path is not valid; `errors` names each field. */
export class ValidationFailed extends Problem {
  constructor(readonly errors: readonly FieldError[]) {
    const [first] = errors;
    super(
      400,
      'validation_failed',
      first ? `${first.field}: ${first.message}` : 'The request is not valid.',
      {
        extensions: { errors },
      },
    );
  }

  /** For the common case of one wrong field. */
  static of(field: string, message: string): ValidationFailed {
    return new ValidationFailed([{ field, message }]);
  }
}

/** 404: absent, or not the caller's; both read the same, so that nothing can be probed. */
export class NotFound extends Problem {
  constructor(what = 'resource') {
    super(404, 'not_found', `No such ${what}.`);
  }
}

/** 409: a unique value is taken. */
export class AlreadyExists extends Problem {
  constructor(detail: string) {
    super(409, 'already_exists', detail);
  }
}

/** 413: the body, or a part of it, is larger than allowed. */
export class PayloadTooLarge extends Problem {
  constructor(limitBytes: number) {
    super(413, 'payload_too_large', `The body is larger than ${limitBytes} bytes.`);
  }
}

/** 415: the route does not take this content type. */
export class UnsupportedMediaType extends Problem {
  constructor(accepted: string) {
    super(415, 'unsupported_media_type', `Send ${accepted}.`);
  }
}

/** 429: a limit was reached; `retryAfterSeconds` is sent as `Retry-After`. */
export class RateLimited extends Problem {
  constructor(detail: string, retryAfterSeconds: number) {
    super(429, 'rate_limited', detail, {
      headers: { 'retry-after': String(Math.max(1, retryAfterSeconds)) },
    });
  }
}

/** 503: the process has more to do than it can; refused on purpose, so that the rest is answered in time. */
export class Overloaded extends Problem {
  constructor(retryAfterSeconds: number) {
    super(503, 'unavailable', 'The service is very busy. Try again shortly.', {
      headers: { 'retry-after': String(retryAfterSeconds) },
    });
  }
}

/** 503: the database is away or overloaded, or the process is shutting down. */
export class Unavailable extends Problem {
  constructor(detail = 'The service cannot answer right now. Try again shortly.', cause?: unknown) {
    super(503, 'unavailable', detail, { headers: { 'retry-after': '1' }, cause });
  }
}

/** Seconds: somebody has to make room first. */
const ROOM_AFTER = 30;

/** 503: the database has no room for what was asked, as on a full disk; it has undone that. */
export class OutOfRoom extends Problem {
  constructor(cause: unknown) {
    super(503, 'unavailable', 'The database has no room for this. Try again later.', {
      headers: { 'retry-after': String(ROOM_AFTER) },
      cause,
    });
  }
}
