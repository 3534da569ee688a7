import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppConfig } from '../../config';
import { AnswerCache, CachePresence, userScope, type CachedAnswer, type Encoding } from '../cache';
import { Admission, type Admitted } from './admission';
import { clientKey } from './client-key';
import { frontRouteOf, type CachedRoute } from './front-route';
import { requestKey } from './request-key';

/** What the front has found out about a request. */
export interface FrontState {
  readonly admitted: Admitted;
  /** What an answer from the cache must have been made under; `undefined`: there may be none. */
  readonly stamp: string | undefined;
  /** The key of its answer. */
  readonly key: string | undefined;
  /** How its answer is cached; `undefined`: it is not. */
  readonly cached: CachedRoute | undefined;
  /** Who sent it, as a valid access token says. */
  readonly callerId: string | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set once the request has been admitted. */
    front: FrontState | null;
  }
}

/** The stamp of answers that may be old: they are what they are until they expire. */
const MAY_BE_OLD = 'old';

/** What is known of a request before it is admitted. */
type Found = Pick<FrontState, 'cached' | 'key' | 'callerId'>;

/** Tells who calls, by the token and nothing else; `undefined` where there is none that is valid. */
export type Identify = (request: FastifyRequest) => { readonly id: string } | undefined;

/**
 * Admits each request once, in one round trip: counts it, and finds out what a cached answer to it must have
 * been made under.
 */
@Injectable()
export class FrontDesk {
  private identify: Identify = () => undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly admission: Admission,
    private readonly presence: CachePresence,
    private readonly answers: AnswerCache,
  ) {}

  /** Has callers named by `identify`, which must do no I/O. */
  nameCallersBy(identify: Identify): void {
    this.identify = identify;
  }

  /** Admits a request; the second time it says the same. */
  admit(request: FastifyRequest): FrontState | Promise<FrontState> {
    if (request.front !== null) return request.front;
    const route = frontRouteOf(request);
    const callerId = this.identify(request)?.id;
    const cached = this.cachedRoute(request, route?.cached);
    const scope = cached === undefined ? undefined : scopeOf(cached, callerId);
    const key = scope === undefined ? undefined : keyOf(scope, request.url);
    const client = route?.unlimited ? undefined : this.clientOf(request, callerId);
    const admitted = this.admission.admit(client, cached?.mayBeOld ? undefined : scope);
    const found = { cached, key, callerId };
    return admitted instanceof Promise
      ? admitted.then((now) => this.stamp(request, now, found))
      : this.stamp(request, admitted, found);
  }

  /** The answer that memory has for an admitted request, if it may be sent. Counts it. */
  hit({ key, stamp, admitted, cached }: FrontState): CachedAnswer | undefined {
    if (stamp === undefined || key === undefined || admitted.allowance?.exceeded) return undefined;
    const answer = this.answers.peek(key, stamp);
    if (answer !== undefined && cached !== undefined) this.answers.counts.of(cached.namespace).hits += 1;
    return answer;
  }

  /** The bytes of an answer in an encoding. */
  bodyOf(
    key: string | undefined,
    answer: CachedAnswer,
    encoding: Encoding | undefined,
  ): Buffer | Promise<Buffer> {
    if (encoding === undefined) return answer.body;
    return (
      answer.encoded(encoding) ??
      answer.encode(encoding, (grown) => {
        if (key !== undefined) this.answers.memory.grown(key, grown);
      })
    );
  }

  private cachedRoute(request: FastifyRequest, cached: CachedRoute | undefined): CachedRoute | undefined {
    if (cached === undefined || !isRead(request) || !this.config.cache.enabled) return undefined;
    if (cached.unless === undefined) return cached;
    const query = request.query as Record<string, unknown>;
    return cached.unless.some((name) => name in query) ? undefined : cached;
  }

  private clientOf(request: FastifyRequest, callerId: string | undefined): string {
    if (this.config.rateLimit.tracker === 'user' && callerId !== undefined) return `u:${callerId}`;
    return clientKey(request);
  }

  private stamp(request: FastifyRequest, admitted: Admitted, found: Found): FrontState | Promise<FrontState> {
    const { cached, key, callerId } = found;
    const finish = (stamp: string | undefined): FrontState =>
      (request.front = { admitted, stamp, key, cached, callerId });
    if (cached === undefined || key === undefined) return finish(undefined);
    if (cached.mayBeOld) return finish(MAY_BE_OLD);
    const { version } = admitted;
    if (version === undefined) return finish(undefined);
    const under = (generation: string | undefined): FrontState =>
      finish(generation === undefined ? undefined : `${generation}.${version}`);
    const generation = this.presence.generation();
    return generation instanceof Promise ? generation.then(under) : under(generation);
  }
}

/** HEAD is answered from what GET has read, and the other way round. */
export const isRead = ({ method }: FastifyRequest): boolean => method === 'GET' || method === 'HEAD';

const keyOf = (scope: string, url: string): string | undefined => {
  const path = requestKey(url);
  return path === undefined ? undefined : `${scope}|${path}`;
};

/** Nothing comes from the cache for who is not logged in: whether they may have it is for the guards to say. */
const scopeOf = ({ scope, namespace }: CachedRoute, callerId: string | undefined): string | undefined => {
  if (callerId === undefined) return undefined;
  return scope === 'public' ? `p:${namespace}` : userScope(callerId);
};
