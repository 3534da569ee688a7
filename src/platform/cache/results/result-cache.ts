import { Inject, Injectable, Optional } from '@nestjs/common';
import { AppConfig } from '../../../config';
import { READ_PATIENCE, RedisLink } from '../../redis';
import { AnswerCache, CachedAnswer } from '../answers';
import { CachePresence } from '../presence';
import { MemoryVersions, RedisVersions, userScope, type Version } from '../versions';
import { type CachedResult } from './cache-result.decorator';

/** The stamp of results that may be old. */
const MAY_BE_OLD = 'old';

/** Caches what methods give, with the same truth as answers of routes: under the version of its scope. */
@Injectable()
export class ResultCache {
  constructor(
    private readonly config: AppConfig,
    private readonly answers: AnswerCache,
    private readonly presence: CachePresence,
    private readonly ownVersions: MemoryVersions,
    @Optional() @Inject(RedisLink) private readonly link?: RedisLink,
    @Optional() @Inject(RedisVersions) private readonly sharedVersions?: RedisVersions,
  ) {}

  /** The result for these arguments, from the cache or made by `make`. */
  async result<T>(
    name: string,
    options: CachedResult,
    args: readonly unknown[],
    make: () => Promise<T>,
  ): Promise<T> {
    const scope = options.scope === 'user' ? userScope(String(args[0])) : `p:${options.namespace}`;
    const key = `${scope}|${name}${JSON.stringify(args)}`;
    const stamp = this.config.cache.enabled ? await this.stamp(scope, options) : undefined;
    const counts = this.answers.counts.of(options.namespace);
    if (stamp === undefined) {
      counts.bypasses += 1;
      return make();
    }
    const kept = this.answers.peek(key, stamp);
    const known = kept ?? (await this.answers.fetch(key, stamp));
    if (known !== undefined) {
      counts.hits += 1;
      if (kept === undefined) counts.hitsInRedis += 1;
      return parse(known) as T;
    }
    counts.misses += 1;
    if (this.answers.memory.has(key)) counts.stale += 1;
    const { answer } = this.answers.once(key, stamp, async () => {
      const made = this.answerOf(await make(), stamp, options);
      this.answers.keep(key, made);
      return made;
    });
    const made = await answer;
    return made === undefined ? make() : (parse(made) as T);
  }

  private async stamp(scope: string, { mayBeOld }: CachedResult): Promise<string | undefined> {
    if (mayBeOld) return MAY_BE_OLD;
    const version = await this.version(scope);
    if (version === undefined) return undefined;
    const generation = await this.presence.generation();
    return generation === undefined ? undefined : `${generation}.${version}`;
  }

  private async version(scope: string): Promise<Version> {
    if (this.link === undefined || this.sharedVersions === undefined) return this.ownVersions.current(scope);
    if (this.link.session === undefined) return undefined;
    return this.sharedVersions.current(scope, READ_PATIENCE).catch(() => undefined);
  }

  private answerOf(value: unknown, stamp: string, { ttl }: CachedResult): CachedAnswer {
    const madeAt = Date.now();
    // `undefined` is not JSON; in an array it becomes null, and an empty array stands for it.
    const body = Buffer.from(JSON.stringify(value === undefined ? [] : [value]));
    const expiresAt = madeAt + (ttl ?? this.config.cache.ttlSeconds) * 1000;
    return new CachedAnswer({ stamp, contentType: 'application/json', tag: '', body, madeAt, expiresAt });
  }
}

const parse = ({ body }: CachedAnswer): unknown => (JSON.parse(body.toString()) as unknown[])[0];
