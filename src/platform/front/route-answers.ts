import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OutgoingHttpHeaders } from 'node:http';
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
import { FrontDesk } from './front-desk';
import { type CachedRoute } from './front-route';
import { LoadShedder } from './load-shedder';

/** What is to become of the answer that a handler is making. */
export interface Making {
  readonly cached: CachedRoute;
  /** What it is read under; `undefined`: it is not to be kept. */
  readonly stamp: string | undefined;
  readonly outcome: CacheOutcome;
  /** Milliseconds since 1970. */
  readonly began: number;
  /** Told the answer, or that there is none that others could have. */
  readonly made: (answer: CachedAnswer | undefined) => void;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set while a handler makes an answer that passes the cache. */
    making: Making | null;
  }
}

/** Runs the handler of a request, which sends its answer by itself. */
type Handle = () => unknown;

/** Gives the bytes on to be sent; `null`: there are none. */
type Send = (error: Error | null, payload?: unknown) => void;

/**
 * Answers GET routes (and HEAD) with `@Cached()` from the cache and fills it. Hits in memory have been sent before
 * (`openEntrance`); here come those that Redis has, misses, and what may not be cached now. All of them leave
 * with an ETag and compressed as the client likes it. Requests for the same that come together share one query. What
 * has to go on to its handler passes the `LoadShedder` first.
 */
@Injectable()
export class RouteAnswers {
  constructor(
    private readonly config: AppConfig,
    private readonly desk: FrontDesk,
    private readonly answers: AnswerCache,
    private readonly shedder: LoadShedder,
  ) {}

  /** Answers a request, by `handle` where the cache cannot. @throws Overloaded, VerbatimAnswer */
  async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    cached: CachedRoute,
    handle: Handle,
  ): Promise<unknown> {
    const { key, stamp, callerId } = await this.desk.admit(request);
    const counts = this.answers.counts.of(cached.namespace);
    if (key === undefined || stamp === undefined) {
      // Who is not logged in is refused.
      if (callerId !== undefined) counts.bypasses += 1;
      return this.make(request, reply, { cached, outcome: 'BYPASS' }, handle);
    }
    const kept = this.answers.peek(key, stamp);
    const known = kept ?? (this.answers.shares ? await this.answers.fetch(key, stamp) : undefined);
    if (known !== undefined) {
      counts.hits += 1;
      if (kept === undefined) counts.hitsInRedis += 1;
      return this.send(request, reply, key, known, 'HIT');
    }
    this.assertChanged(request, reply, cached, key, stamp);
    counts.misses += 1;
    if (this.answers.memory.has(key)) counts.stale += 1;
    let handled: unknown;
    const { first, answer } = this.answers.once(
      key,
      stamp,
      () =>
        new Promise((resolve) => {
          const made = (fresh: CachedAnswer | undefined): void => {
            if (fresh !== undefined) this.answers.keep(key, fresh);
            resolve(fresh);
          };
          handled = this.make(request, reply, { cached, outcome: 'MISS', stamp, made }, handle);
        }),
    );
    // Its handler sends it; where it was refused before, that is the answer.
    if (first) return handled ?? answer;
    const shared = await answer;
    if (shared !== undefined) return this.send(request, reply, key, shared, 'MISS');
    return this.make(request, reply, { cached, outcome: 'MISS' }, handle);
  }

  /** Takes the bytes that leave for a request: what its handler has made is kept, and goes out as the client likes it. */
  finish(request: FastifyRequest, reply: FastifyReply, payload: unknown, send: Send): void {
    const { making } = request;
    if (making === null) {
      send(null, payload);
      return;
    }
    // An error on the way out comes here again.
    request.making = null;
    if (reply.statusCode !== 200 || !isText(payload)) {
      making.made(undefined);
      if (reply.statusCode === 200)
        void reply.headers({ 'x-cache': 'BYPASS', 'cache-control': CACHE_CONTROL });
      send(null, payload);
      return;
    }
    const answer = this.answerOf(request, reply, making, Buffer.from(payload));
    making.made(answer);
    void this.dress(request, reply, answer, making.outcome).then(
      (body) => send(null, body),
      (error: unknown) => send(error as Error),
    );
  }

  /** Runs the handler; `finish` is told what it makes. @throws Overloaded */
  private make(
    request: FastifyRequest,
    reply: FastifyReply,
    { cached, outcome, stamp, made = () => undefined }: Pick<Making, 'cached' | 'outcome'> & Partial<Making>,
    handle: Handle,
  ): unknown {
    this.shedder.pass(request, reply);
    request.making = { cached, outcome, stamp, made, began: Date.now() };
    const handled = handle();
    // Also where nothing was sent: who waits for the answer must not wait for ever.
    const over = (): void => made(undefined);
    Promise.resolve(handled).then(over, over);
    return handled;
  }

  /** Sends an answer that the cache has. @throws VerbatimAnswer to who has it already */
  private async send(
    request: FastifyRequest,
    reply: FastifyReply,
    key: string,
    answer: CachedAnswer,
    outcome: CacheOutcome,
  ): Promise<unknown> {
    const encoding = encodingFor(request, answer);
    const body = await this.desk.bodyOf(key, answer, encoding);
    const { status, headers } = outgoing(request, answer, outcome, encoding, body);
    if (status === 304) throw unchanged(reply, headers);
    return reply.headers(withVary(headers, reply)).send(body);
  }

  /** Sets the headers of an answer that was just made; gives its bytes. */
  private async dress(
    request: FastifyRequest,
    reply: FastifyReply,
    answer: CachedAnswer,
    outcome: CacheOutcome,
  ): Promise<Buffer | string | null> {
    const encoding = encodingFor(request, answer);
    const encoded = await this.desk.bodyOf(request.front?.key, answer, encoding);
    const { status, headers, body } = outgoing(request, answer, outcome, encoding, encoded);
    void reply.code(status).headers(withVary(headers, reply));
    if (status === 200) return body ?? '';
    // What has no body has nothing to say of one; Fastify's own HEAD counts its bytes.
    void reply.removeHeader('content-type');
    return request.method === 'HEAD' ? '' : null;
  }

  /** What the handler has made. Made under no stamp, it is tagged by its bytes. */
  private answerOf(
    request: FastifyRequest,
    reply: FastifyReply,
    { cached, stamp, began }: Making,
    body: Buffer,
  ): CachedAnswer {
    const ttl = (cached.ttl ?? this.config.cache.ttlSeconds) * 1000;
    const tagged = stamp !== undefined && taggedByVersion(cached);
    return new CachedAnswer({
      stamp: stamp ?? '',
      contentType: String(reply.getHeader('content-type')),
      tag: givenTag(reply) ?? (tagged ? tagOf(stamp, request.front?.key ?? '') : tagOf(body)),
      body,
      madeAt: began,
      expiresAt: Math.min(began + ttl, expiryOf(request) ?? Infinity),
    });
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
}

/** Anything else is a stream. */
const isText = (payload: unknown): payload is string | Buffer =>
  typeof payload === 'string' || Buffer.isBuffer(payload);

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
