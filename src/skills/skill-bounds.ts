import { Injectable } from '@nestjs/common';

/** What counting the tags of one owner may cost at most. Tests lower the numbers. */
@Injectable()
export class SkillBounds {
  /** Up to this many jobs all are counted; of more a sample is. */
  exactUpTo = 10_000;

  /** Most jobs in a sample. */
  sampleJobs = 5_000;

  /**
   * Most tags that are kept of one owner, those with the most jobs: at 50 characters of 4 bytes, twice, their
   * table stays below the size up to which the cache keeps a result.
   */
  mostTags = 2_000;
}
