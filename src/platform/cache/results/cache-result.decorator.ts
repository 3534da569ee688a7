import { SetMetadata } from '@nestjs/common';

/** Metadata key of `@CacheResult()`. */
export const CACHE_RESULT = 'jobtrail:cache-result';

/** How the results of a method are cached. */
export interface CachedResult {
  /** Under what its hits are counted; with `public` scope also what `CacheInvalidator.invalidate` names. */
  readonly namespace: string;
  /** Seconds; by default `CACHE_TTL_SECONDS`. */
  readonly ttl?: number;
  /**
   * Whose data the result is: everyone's, or that of the user whose id is the method's first argument.
   * Default `public`.
   */
  readonly scope?: 'public' | 'user';
  /**
   * Results are served until they expire, without asking whether they are current: neither writes nor invalidating
   * reach them. With `user` scope they are still kept apart by user.
   */
  readonly mayBeOld?: boolean;
}

/**
 * Caches what a provider's method gives, by its arguments: both have to survive JSON, and the method returns a
 * promise. Callers share one result and must not change it. Errors are not cached.
 */
export const CacheResult = (options: CachedResult): MethodDecorator => SetMetadata(CACHE_RESULT, options);
