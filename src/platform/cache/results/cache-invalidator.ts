import { Injectable } from '@nestjs/common';
import { WriteAnnouncer } from '../writes';

/** Drops what is cached where no write of ours changes it. */
@Injectable()
export class CacheInvalidator {
  constructor(private readonly announcer: WriteAnnouncer) {}

  /**
   * Makes all cached answers and results of a scope unusable, in every instance: `userScope(id)` for what
   * belongs to a user, `public` with a namespace for what is everyone's.
   */
  async invalidate(scope: string, namespace?: string): Promise<void> {
    const named = scope === 'public' && namespace !== undefined ? `p:${namespace}` : scope;
    await this.announcer.write(named, () => Promise.resolve());
  }
}
