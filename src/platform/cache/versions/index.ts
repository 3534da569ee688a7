export { freshToken } from './fresh-token';
export { MemoryVersions } from './memory-versions';
export { MARK_MILLISECONDS, readVersion, RedisVersions } from './redis-versions';
export { type ScopeVersions, type Version } from './scope-versions';
export { userScope } from './user-scope';
