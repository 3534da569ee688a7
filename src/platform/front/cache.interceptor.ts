import {
  Injectable,
  StreamableFile,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OutgoingHttpHeaders } from 'node:http';
import { lastValueFrom, of, type Observable } from 'rxjs';
import { AppConfig } from '../../config';
import { AnswerCache, CachedAnswer } from '../cache';
import { VerbatimAnswer } from '../http';
import {
  CACHE_CONTROL,
  encodingFor,
  outgoing,
  unchangedHeaders,
  withVary,
  type CacheOutcome,
} from './answer-writer';
import { heldTag, tagOf } from './entity-tags';
import { expiryOf } from './expiry';
import { FrontDesk, isRead, type FrontState } from './front-desk';
import { frontRouteOf, type CachedRoute } from './front-route';
import { LoadShedder } from './load-shedder';

const JSON_TYPE = 'application/json; charset=utf-8';

/** An answer of the route, and what became of it. */
interface Found {
  answer: CachedAnswer;
  outcome: CacheOutcome;
}

/**
 * Answers GET routes (and HEAD) with `@Cached()` from the cache and fills it. Hits in memory have been sent before
 * (`openEntrance`); here come those that Redis has, misses, and what may not be cached now. All of them leave
 * with an ETag and compressed as the client likes it. Requests for the same that come together share one query. What
 * has to go on to its handler, here or on other routes, passes the `LoadShedder` first.
 */
@Injectable()
export class CacheInterceptor implements NestInterceptor {
  constructor(
    private readonly config: AppConfig,
    private readonly desk: FrontDesk,
    private readonly answers: AnswerCache,
    private readonly shedder: LoadShedder,
  ) {}

  /** @throws Overloaded */
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const cached = frontRouteOf(request)?.cached;
    if (cached === undefined || !isRead(request)) {
      this.shedder.pass(request);
      return next.handle();
    }
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return of(await this.answer(request, reply, cached, next));
  }

  private async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    cached: CachedRoute,
    next: CallHandler,
  ): Promise<unknown> {
    const state = await this.desk.admit(request);
    const found = await this.find(request, reply, cached, state, next);
    if (found instanceof StreamableFile) {
      void reply.headers({ 'x-cache': 'BYPASS', 'cache-control': CACHE_CONTROL });
      return found;
    }
    const { answer, outcome } = found;
    const encoding = encodingFor(request, answer);
    const body = await this.desk.bodyOf(state.key, answer, encoding);
    const { status, headers } = outgoing(request, answer, outcome, encoding, body);
    if (status === 304) throw unchanged(reply, headers);
    void reply.headers(withVary(headers, reply));
    return body;
  }

  private async find(
    request: FastifyRequest,
    reply: FastifyReply,
    cached: CachedRoute,
    { key, stamp }: FrontState,
    next: CallHandler,
  ): Promise<Found | StreamableFile> {
    const counts = this.answers.counts.of(cached.namespace);
    const make = (under: string | undefined) => this.make(request, reply, cached, under, next);
    if (key === undefined || stamp === undefined) {
      counts.bypasses += 1;
      const made = await make(undefined);
      return made instanceof StreamableFile ? made : { answer: made, outcome: 'BYPASS' };
    }
    const kept = this.answers.peek(key, stamp);
    const known = kept ?? (await this.known(key, stamp));
    if (known !== undefined) {
      counts.hits += 1;
      if (kept === undefined) counts.hitsInRedis += 1;
      return { answer: known, outcome: 'HIT' };
    }
    this.assertChanged(request, reply, cached, key, stamp);
    counts.misses += 1;
    if (this.answers.memory.has(key)) counts.stale += 1;
    let stream: StreamableFile | undefined;
    const { answer } = this.answers.once(key, stamp, async () => {
      const made = await make(stamp);
      if (!(made instanceof StreamableFile)) return this.kept(key, made);
      stream = made;
      return undefined;
    });
    const shared = await answer;
    if (shared !== undefined) return { answer: shared, outcome: 'MISS' };
    const own = stream ?? (await make(undefined));
    return own instanceof StreamableFile ? own : { answer: own, outcome: 'MISS' };
  }

  private known(key: string, stamp: string): Promise<CachedAnswer | undefined> | undefined {
    return this.answers.shares ? this.answers.fetch(key, stamp) : undefined;
  }

  private kept(key: string, answer: CachedAnswer): CachedAnswer {
    this.answers.keep(key, answer);
    return answer;
  }

  /**
   * What was read under the same stamp is the same: a client that has it is told so without its being read.
   * @throws VerbatimAnswer
   */
  private assertChanged(
    request: FastifyRequest,
    reply: FastifyReply,
    cached: CachedRoute,
    key: string,
    stamp: string,
  ): void {
    const ifNoneMatch = request.headers['if-none-match'];
    if (ifNoneMatch === undefined || !taggedByVersion(cached)) return;
    const held = heldTag(ifNoneMatch, tagOf(stamp, key));
    if (held === undefined) return;
    const counts = this.answers.counts.of(cached.namespace);
    counts.hits += 1;
    counts.hitsByTag += 1;
    throw unchanged(reply, unchangedHeaders(held, 'HIT'));
  }

  /** Runs the handler. What it made under no stamp is tagged by its bytes. */
  private async make(
    request: FastifyRequest,
    reply: FastifyReply,
    cached: CachedRoute,
    stamp: string | undefined,
    next: CallHandler,
  ): Promise<CachedAnswer | StreamableFile> {
    this.shedder.pass(request);
    const madeAt = Date.now();
    const value: unknown = await lastValueFrom(next.handle());
    if (value instanceof StreamableFile) return value;
    const body = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
    const ttl = (cached.ttl ?? this.config.cache.ttlSeconds) * 1000;
    const tagged = stamp !== undefined && taggedByVersion(cached);
    return new CachedAnswer({
      stamp: stamp ?? '',
      contentType: String(reply.getHeader('content-type') ?? JSON_TYPE),
      tag: givenTag(reply) ?? (tagged ? tagOf(stamp, request.front?.key ?? '') : tagOf(body)),
      body,
      madeAt,
      expiresAt: Math.min(madeAt + ttl, expiryOf(request) ?? Infinity),
    });
  }
}

/** The answer to a client that has the current one. */
const unchanged = (reply: FastifyReply, headers: OutgoingHttpHeaders): VerbatimAnswer =>
  new VerbatimAnswer(304, withVary(headers, reply) as Record<string, string>, '');

/** Whether the stamp says which bytes the answer has. */
const taggedByVersion = ({ tag, mayBeOld }: CachedRoute): boolean => tag !== 'content' && mayBeOld !== true;

/** The tag that the handler has set itself, without its quotes. */
const givenTag = (reply: FastifyReply): string | undefined => {
  const etag = reply.getHeader('etag');
  return typeof etag === 'string' ? etag.replace(/^"|"$/g, '') : undefined;
};
