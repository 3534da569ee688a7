import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath, type ApiResponseOptions } from '@nestjs/swagger';
import { STATUS_CODES } from 'node:http';
import { problemCodeDoc, problemCodes, type ProblemCode } from './problem-codes';
import { FieldErrorDto, ProblemDto } from './problem.dto';

type Headers = NonNullable<ApiResponseOptions['headers']>;

const challenge: Headers = {
  'WWW-Authenticate': {
    description: 'The scheme to use (RFC 6750).',
    schema: { type: 'string', example: 'Bearer' },
  },
};

const retryAfter = (example: number): Headers => ({
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 1, example } },
});

const HEADERS: Partial<Record<ProblemCode, Headers>> = {
  unauthenticated: challenge,
  token_expired: challenge,
  idempotency_in_progress: retryAfter(1),
  version_conflict: { ETag: { description: 'The version now.', schema: { type: 'string', example: '"8"' } } },
  rate_limited: retryAfter(42),
  unavailable: retryAfter(1),
};

const allCodes = Object.keys(problemCodes) as ProblemCode[];

const codesOf = (problem: number | ProblemCode): ProblemCode[] => {
  if (typeof problem === 'string') return [problem];
  const codes = allCodes.filter((code) => {
    const { status, special } = problemCodeDoc(code);
    return status === problem && special !== true;
  });
  if (codes.length === 0) throw new Error(`No problem code is known for status ${problem}`);
  return codes;
};

const example = (code: ProblemCode): { summary: string; value: Record<string, unknown> } => {
  const { status, detail, extensions = {} } = problemCodeDoc(code);
  return {
    summary: detail,
    value: {
      type: 'about:blank',
      title: STATUS_CODES[status] ?? 'Error',
      status,
      detail,
      instance: '/api/example',
      code,
      requestId: '5b0d7c1e-0f0c-4d0e-9f39-4b6a3c0f8a11',
      ...extensions,
    },
  };
};

const response = (status: number, codes: readonly ProblemCode[]): MethodDecorator & ClassDecorator =>
  ApiResponse({
    status,
    description: `${STATUS_CODES[status] ?? 'Error'}: ${codes.map((code) => `\`${code}\``).join(', ')}`,
    headers: Object.assign({}, ...codes.map((code) => HEADERS[code])) as Headers,
    content: {
      'application/problem+json': {
        schema: { $ref: getSchemaPath(ProblemDto) },
        examples: Object.fromEntries(codes.map((code) => [code, example(code)])),
      },
    },
  });

/**
 * Documents the error answers of a route, or of all routes of a controller. A status stands for its general
 * codes (400: `validation_failed`, 401: both, 404, 409: `already_exists`, 413, ...); a code stands for itself:
 * `@ApiProblems(400, 401, 404, 'transition_not_allowed')`. A route with a body takes `...BODY_PROBLEMS` as
 * well. 429 and 503 are always documented: any route can be asked too often, or meet a database that is away.
 */
export const ApiProblems = (...problems: (number | ProblemCode)[]): MethodDecorator & ClassDecorator =>
  documented([...problems, 429, 503]);

/** As `ApiProblems`, for a route that answers also while the database is away or the process is busy: no 503. */
export const ApiOwnProblems = (...problems: (number | ProblemCode)[]): MethodDecorator & ClassDecorator =>
  documented([...problems, 429]);

const documented = (problems: readonly (number | ProblemCode)[]): MethodDecorator & ClassDecorator => {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set(problems.flatMap(codesOf))) {
    const { status } = problemCodeDoc(code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const responses = [...byStatus].map(([status, codes]) => response(status, codes));
  return applyDecorators(ApiExtraModels(ProblemDto, FieldErrorDto), ...responses);
};

/** What any route that reads a JSON body may answer: spread into `ApiProblems`. */
export const BODY_PROBLEMS = [400, 'malformed_json', 413, 415] as const satisfies readonly (
  number | ProblemCode
)[];
