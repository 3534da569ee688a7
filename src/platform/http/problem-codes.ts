/** What the documentation says of one `code`. */
export interface ProblemCodeDoc {
  status: number;
  detail: string;
  /** Extension members of the example. */
  extensions?: Record<string, unknown>;
  /** Named in documentation only where a route asks for it by its code, not by its status. */
  special?: true;
}

const errors = [{ field: 'email', message: 'must be an e-mail address' }];

/** Every `code` that an error answer may carry, with an example. Clients rely on these names. */
export const problemCodes = {
  validation_failed: { status: 400, detail: 'email: must be an e-mail address', extensions: { errors } },
  malformed_json: { status: 400, detail: 'The body is not valid JSON.', special: true },
  bad_request: { status: 400, detail: 'The request is not valid.', special: true },
  offset_too_deep: {
    status: 400,
    detail: 'page * limit is at most 10000; go on with the cursor.',
    special: true,
  },
  cursor_mismatch: {
    status: 400,
    detail: 'The cursor belongs to another sort or other filters.',
    special: true,
  },
  too_many_rows: { status: 400, detail: 'More than 10000 rows; use GET /api/jobs/export.', special: true },
  unauthenticated: { status: 401, detail: 'A valid access token is needed.' },
  token_expired: { status: 401, detail: 'The access token has expired.' },
  forbidden: { status: 403, detail: 'Your role does not allow this.' },
  not_found: { status: 404, detail: 'No such resource.' },
  already_exists: { status: 409, detail: 'It exists already.' },
  transition_not_allowed: {
    status: 409,
    detail: 'The workflow does not allow this change of status.',
    extensions: { allowed: ['submitted', 'withdrawn'] },
    special: true,
  },
  idempotency_in_progress: {
    status: 409,
    detail: 'The first request with this Idempotency-Key is still running.',
    special: true,
  },
  diagnostics_running: {
    status: 409,
    detail: 'A cpu-profile is being taken; there is one at a time.',
    special: true,
  },
  version_conflict: {
    status: 412,
    detail: 'The version has moved on to 8.',
    extensions: { currentVersion: 8 },
  },
  payload_too_large: { status: 413, detail: 'The body is larger than 1048576 bytes.' },
  unsupported_media_type: { status: 415, detail: 'Send application/json.' },
  idempotency_key_reused: {
    status: 422,
    detail: 'This Idempotency-Key came with another request before.',
  },
  rate_limited: { status: 429, detail: 'Too many attempts. Try again later.' },
  internal_error: { status: 500, detail: 'Something went wrong on our side.' },
  unavailable: { status: 503, detail: 'The service cannot answer right now. Try again shortly.' },
  insufficient_memory: {
    status: 507,
    detail: 'A heap snapshot needs about 400 MiB of memory, and 120 MiB are left.',
  },
} satisfies Record<string, ProblemCodeDoc>;

/** A documented `code`. */
export type ProblemCode = keyof typeof problemCodes;

/** Typed as the documentation reads it. */
export const problemCodeDoc = (code: ProblemCode): ProblemCodeDoc => problemCodes[code];
