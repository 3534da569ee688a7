import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config';
import { ValidationFailed } from '../http';

/** What a client may say of the rows on a page; `page_size` is the older name. */
export interface LimitQuery {
  limit?: number;
  page_size?: number;
}

/** How many rows a page has. */
@Injectable()
export class PageLimit {
  constructor(private readonly config: AppConfig) {}

  /**
   * `limit` or its alias `page_size`, else `DEFAULT_PAGE_LIMIT`.
   * @throws ValidationFailed when both are given and differ, or more than `MAX_PAGE_LIMIT` is wanted
   */
  of({ limit, page_size }: LimitQuery): number {
    const { defaultPageLimit, maxPageLimit } = this.config.limits;
    if (limit !== undefined && page_size !== undefined && limit !== page_size) {
      throw ValidationFailed.of('page_size', 'is another name for limit: give one of them');
    }
    const wanted = limit ?? page_size ?? defaultPageLimit;
    if (wanted <= maxPageLimit) return wanted;
    throw ValidationFailed.of(limit === undefined ? 'page_size' : 'limit', `must be at most ${maxPageLimit}`);
  }
}
