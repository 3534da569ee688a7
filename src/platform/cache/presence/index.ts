export { CacheGeneration } from './cache-generation.entity';
export { CacheInstance } from './cache-instance.entity';
export { CachePresence, type Standing } from './cache-presence';
