export { AnswerCache, CachedAnswer, COMPRESS_FROM, type Encoding, type NamespaceCounts } from './answers';
export { CacheModule } from './cache.module';
export { CacheGeneration, CacheInstance, CachePresence } from './presence';
export { CacheInvalidator, CacheResult } from './results';
export { freshToken, MemoryVersions, readVersion, RedisVersions, userScope, type Version } from './versions';
export { WriteAnnouncer } from './writes';
