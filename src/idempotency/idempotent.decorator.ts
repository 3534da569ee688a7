import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { type ProblemCode } from '../platform/http';
import { IdempotencyInterceptor } from './idempotency.interceptor';

/**
 * Lets a route honour `Idempotency-Key`: the first answer is repeated for 24 hours, with
 * `Idempotency-Replayed: true`.
 */
export const Idempotent = (): MethodDecorator =>
  applyDecorators(
    UseInterceptors(IdempotencyInterceptor),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'Makes a repetition safe: the first answer to this key is stored for 24 hours and repeated.',
      schema: {
        type: 'string',
        minLength: 1,
        maxLength: 255,
        example: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
      },
    }),
  );

/** What such a route may answer besides: spread into `ApiProblems`. */
export const IDEMPOTENCY_PROBLEMS = [
  'idempotency_in_progress',
  'idempotency_key_reused',
] as const satisfies readonly ProblemCode[];
