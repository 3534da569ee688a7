export { CacheInvalidator } from './cache-invalidator';
export { CacheResult, type CachedResult } from './cache-result.decorator';
export { CacheResults } from './cache-results';
export { ResultCache } from './result-cache';
