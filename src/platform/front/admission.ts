import { Inject, Injectable, Optional } from '@nestjs/common';
import { AppConfig } from '../../config';
import { freshToken, MemoryVersions, readVersion, RedisVersions, type Version } from '../cache';
import { luaScript, RedisLink } from '../redis';
import { HOUR, MemoryWindows, MINUTE, tightest, type Allowance } from '../throttling';

/** What is known of a request before anything is done for it. */
export interface Admitted {
  /** `undefined`: the request is not limited. */
  readonly allowance: Allowance | undefined;
  /** The version of the scope's data at a moment after the request came in. */
  readonly version: Version;
}

/** Milliseconds that a request waits for Redis; then it is counted in memory and answered by the database. */
const PATIENCE = 40;

/**
 * Counts a request in both windows and reads a version, in one round trip. KEYS: minute, hour, version,
 * writers; ARGV: limits of minute and hour (0: not limited), version for a scope that has none (empty: no
 * version wanted). A request that is refused counts in neither window.
 */
const ADMIT = luaScript(
  'admit',
  4,
  `local minute, hour, minute_ends, hour_ends = 0, 0, 0, 0
   local minute_limit, hour_limit = tonumber(ARGV[1]), tonumber(ARGV[2])
   if minute_limit > 0 then
     local counts = redis.call('MGET', KEYS[1], KEYS[2])
     minute, hour = tonumber(counts[1] or 0) or 0, tonumber(counts[2] or 0) or 0
     if minute < minute_limit and hour < hour_limit then
       minute, hour = redis.call('INCR', KEYS[1]), redis.call('INCR', KEYS[2])
       if minute == 1 then redis.call('PEXPIRE', KEYS[1], ${MINUTE * 1000}) end
       if hour == 1 then redis.call('PEXPIRE', KEYS[2], ${HOUR * 1000}) end
     else
       if minute >= minute_limit then minute = minute_limit + 1 end
       if hour >= hour_limit then hour = hour_limit + 1 end
     end
     minute_ends, hour_ends = redis.call('PTTL', KEYS[1]), redis.call('PTTL', KEYS[2])
   end
   if ARGV[3] == '' then return {minute, minute_ends, hour, hour_ends, ''} end
   ${readVersion('KEYS[3]', 'KEYS[4]', 'ARGV[3]')}
   return {minute, minute_ends, hour, hour_ends, version}`,
);

type AdmitReply = [minute: number, minuteEnds: number, hour: number, hourEnds: number, version: string];

/**
 * Decides what every request needs first: whether its client has requests left, and which version of its
 * data a cached answer must have been made from. In memory at once; through Redis in one round trip, and when
 * that fails by what this process has counted itself, and without a version.
 */
@Injectable()
export class Admission {
  /** Requests counted against the limits of their client, by what became of them. */
  readonly counts = { allowed: 0, refused: 0 };
  private readonly windows: MemoryWindows;

  constructor(
    private readonly config: AppConfig,
    private readonly ownVersions: MemoryVersions,
    @Optional() @Inject(RedisLink) private readonly link?: RedisLink,
    @Optional() @Inject(RedisVersions) private readonly sharedVersions?: RedisVersions,
  ) {
    this.windows = new MemoryWindows(config.rateLimit);
    link?.use(ADMIT);
  }

  /**
   * @param client whom the request counts for; `undefined`: it is not limited
   * @param scope whose version is wanted; `undefined`: none
   */
  admit(client: string | undefined, scope: string | undefined): Admitted | Promise<Admitted> {
    const counted = this.config.rateLimit.enabled ? client : undefined;
    // Also with Redis: if that goes away, a client does not begin anew.
    const own = counted === undefined ? undefined : this.windows.count(counted);
    if (this.link === undefined || this.sharedVersions === undefined) {
      const version = scope === undefined ? undefined : this.ownVersions.current(scope);
      return this.counted({ allowance: own, version });
    }
    const alone: Admitted = { allowance: own, version: undefined };
    if (this.link.session === undefined || (counted === undefined && scope === undefined))
      return this.counted(alone);
    return this.ask(this.link, this.sharedVersions, counted, scope, alone);
  }

  private async ask(
    link: RedisLink,
    versions: RedisVersions,
    client: string | undefined,
    scope: string | undefined,
    alone: Admitted,
  ): Promise<Admitted> {
    const { perMinute, perHour } = this.config.rateLimit;
    const limited = client !== undefined;
    const windows = `${link.config.keyPrefix}l:${client ?? ''}`;
    const parameters = [
      `${windows}:m`,
      `${windows}:h`,
      ...versions.keys(scope ?? ''),
      limited ? String(perMinute) : '0',
      limited ? String(perHour) : '0',
      scope === undefined ? '' : freshToken(),
    ];
    try {
      const [minute, minuteEnds, hour, hourEnds, version] = await link.run<AdmitReply>(
        ADMIT,
        parameters,
        PATIENCE,
      );
      return this.counted({
        allowance: limited
          ? tightest(
              this.config.rateLimit,
              { count: minute, endsIn: minuteEnds },
              { count: hour, endsIn: hourEnds },
            )
          : undefined,
        version: version === '' ? undefined : version,
      });
    } catch {
      return this.counted(alone);
    }
  }

  private counted(admitted: Admitted): Admitted {
    const { allowance } = admitted;
    if (allowance !== undefined) this.counts[allowance.exceeded ? 'refused' : 'allowed'] += 1;
    return admitted;
  }
}
