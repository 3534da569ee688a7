import { luaScript, type RedisLink } from '../../redis';
import { freshToken } from './fresh-token';
import { type ScopeVersions, type Version } from './scope-versions';

/** Seconds a version is kept that nobody renews; longer than any answer is. */
export const VERSION_SECONDS = 8 * 86_400;

/** How long a mark holds that is not renewed: a writer that has ended leaves it behind. Milliseconds. */
export const MARK_MILLISECONDS = 60_000;

/** A marked scope has no version: when the mark runs out, the next reader makes a new one. */
const MARK = luaScript(
  'mark',
  2,
  `local time = redis.call('TIME')
   local now = time[1] * 1000 + math.floor(time[2] / 1000)
   if redis.call('TYPE', KEYS[2]).ok ~= 'zset' then redis.call('DEL', KEYS[2]) end
   redis.call('ZADD', KEYS[2], now + ARGV[2], ARGV[1])
   redis.call('PEXPIRE', KEYS[2], ARGV[2] * 2)
   redis.call('DEL', KEYS[1])`,
);

const RENEW = luaScript(
  'renew',
  2,
  `redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
   if redis.call('TYPE', KEYS[2]).ok == 'zset' then redis.call('ZREM', KEYS[2], ARGV[1]) end`,
);

/**
 * Lua that sets the local \`version\` to that of the scope with the keys \`version_key\` and \`writers_key\`, or
 * to the empty text while it is being written. \`fresh\` is the version of a scope that has none. What is no
 * version or no set of writers, so not ours, is replaced.
 */
export const readVersion = (versionKey: string, writersKey: string, fresh: string): string => `
  local version = ''
  local writing = false
  if redis.call('EXISTS', ${writersKey}) == 1 then
    local time = redis.call('TIME')
    if redis.call('TYPE', ${writersKey}).ok ~= 'zset' then redis.call('DEL', ${writersKey}) end
    redis.call('ZREMRANGEBYSCORE', ${writersKey}, '-inf', time[1] * 1000 + math.floor(time[2] / 1000))
    writing = redis.call('ZCARD', ${writersKey}) > 0
  end
  if not writing then
    version = redis.pcall('GET', ${versionKey})
    if type(version) ~= 'string' or version == '' then
      version = ${fresh}
      redis.call('SET', ${versionKey}, version, 'EX', ${VERSION_SECONDS})
    end
  end`;

const CURRENT = luaScript(
  'version',
  2,
  `${readVersion('KEYS[1]', 'KEYS[2]', 'ARGV[1]')}
   return version`,
);

/** Versions that all instances on one Redis share. */
export class RedisVersions implements ScopeVersions {
  constructor(private readonly link: RedisLink) {
    link.use(MARK, RENEW, CURRENT);
  }

  /** The keys of a scope in Redis: of its version and of its writers. */
  keys(scope: string): [version: string, writers: string] {
    const { keyPrefix } = this.link.config;
    return [`${keyPrefix}v:${scope}`, `${keyPrefix}w:${scope}`];
  }

  /** The version of a scope now. @throws RedisAway after `patience` milliseconds */
  async current(scope: string, patience: number): Promise<Version> {
    const version = await this.link.run<string>(CURRENT, [...this.keys(scope), freshToken()], patience);
    return version === '' ? undefined : version;
  }

  async mark(scope: string, writer: string): Promise<void> {
    const parameters = [...this.keys(scope), writer, String(MARK_MILLISECONDS)];
    await this.link.run(MARK, parameters, this.link.config.socketTimeout);
  }

  async renew(scope: string, writer: string): Promise<void> {
    const parameters = [...this.keys(scope), writer, freshToken(), String(VERSION_SECONDS)];
    await this.link.run(RENEW, parameters, this.link.config.socketTimeout);
  }
}
