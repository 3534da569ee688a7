export { CacheGeneration } from './cache-generation.entity';
export { CacheInstance } from './cache-instance.entity';
export { CachePresence } from './cache-presence';
