import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { defer, lastValueFrom, type Observable } from 'rxjs';
import { AppConfig } from '../config';
import { Database, type TransactionOptions } from '../platform/database';
import { problemDocument, problemFromError, ValidationFailed, VerbatimAnswer } from '../platform/http';
import { isStorable } from '../platform/validation';
import { IdempotencyInProgress } from './idempotency.errors';
import { IdempotencyStore, type KeyedRequest, type StoredAnswer } from './idempotency.store';
import { requestHash } from './request-hash';

/** Headers of an answer that are repeated with it. */
const KEPT_HEADERS = ['content-type', 'etag', 'location'];

/**
 * The stored answer tells a repetition whether the first attempt was committed. While that has not ended on the
 * server it holds the key, which is then no answer for the client.
 */
const REPETITION: TransactionOptions = {
  idempotent: true,
  unfinished: (error) => error instanceof IdempotencyInProgress,
};

/** Carries an answer that is an error, out of the observable that knows errors only as failures. */
type Outcome = { value: unknown } | { error: unknown };

/**
 * Repeats the first answer to a request with an `Idempotency-Key`. The handler runs in one transaction with
 * the claim of the key and the storing of the answer: either all of it is there afterwards or nothing. An
 * answer of 4xx is stored as well (but 429); one of 5xx leaves no trace, so that the client may try again.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly store: IdempotencyStore,
    private readonly database: Database,
    private readonly config: AppConfig,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = idempotencyKey(request);
    if (key === undefined || request.user === undefined) return next.handle();
    const keyed = { ownerId: request.user.id, key, requestHash: requestHash(request) };
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return defer(async () => {
      const outcome = await this.database.transaction(
        () => this.run(keyed, request, reply, next),
        REPETITION,
      );
      if ('error' in outcome) throw outcome.error;
      return outcome.value;
    });
  }

  private async run(
    keyed: KeyedRequest,
    request: FastifyRequest,
    reply: FastifyReply,
    next: CallHandler,
  ): Promise<Outcome> {
    const first = await this.store.claim(keyed);
    if (first !== undefined) return { error: replay(first) };
    try {
      const value: unknown = await this.database.savepoint(() => lastValueFrom(next.handle()));
      await this.store.store(keyed, answerOf(value, reply));
      return { value };
    } catch (error) {
      const refusal = this.refusal(error, request);
      if (refusal === undefined) throw error;
      await this.store.store(keyed, refusal);
      return { error };
    }
  }

  /** The answer that an error becomes, if it is one to repeat. */
  private refusal(error: unknown, request: FastifyRequest): StoredAnswer | undefined {
    const problem = problemFromError(error, this.config.http.maxBodyBytes);
    if (problem.status >= 500 || problem.status === 429) return undefined;
    return {
      status: problem.status,
      headers: { ...problem.headers, 'content-type': 'application/problem+json; charset=utf-8' },
      body: JSON.stringify(problemDocument(problem, request)),
    };
  }
}

const idempotencyKey = (request: FastifyRequest): string | undefined => {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && key.length >= 1 && key.length <= 255 && isStorable(key)) return key;
  throw ValidationFailed.of('Idempotency-Key', 'must be 1 to 255 characters long');
};

const replay = ({ status, headers, body }: StoredAnswer): VerbatimAnswer =>
  new VerbatimAnswer(status, { ...headers, 'idempotency-replayed': 'true' }, body);

const answerOf = (value: unknown, reply: FastifyReply): StoredAnswer => ({
  status: reply.statusCode,
  headers: {
    // What Fastify will say of an object that it makes JSON of; a finished text has its own.
    ...(typeof value === 'string' ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    ...Object.fromEntries(
      KEPT_HEADERS.flatMap((name) => {
        const header = reply.getHeader(name);
        return header === undefined ? [] : [[name, String(header)]];
      }),
    ),
  },
  body: typeof value === 'string' ? value : JSON.stringify(value),
});
