import { Injectable } from '@nestjs/common';
import { type Caller } from '../../auth';
import { AppConfig } from '../../config';
import { Problem, ValidationFailed } from '../../platform/http';
import {
  CursorCodec,
  edge,
  pageBody,
  PageLimit,
  pagePlace,
  pagination,
  type Total,
} from '../../platform/pagination';
import { ROW_FIELDS, type JobField } from '../job-json';
import { JobCountQuery } from './job-count.query';
import { JobFilterResolver, type JobFilter } from './job-filter';
import { type Page, type PageRequest } from './job-page';
import { JobPageQuery } from './job-page.query';
import { jobSort, type JobSort } from './job-sort';
import { type ListJobsDto } from './list-jobs.dto';

/** 400: a page so deep that it should be reached by cursor. */
export class OffsetTooDeep extends Problem {
  constructor(maxOffset: number) {
    super(
      400,
      'offset_too_deep',
      `page * limit may be at most ${maxOffset}. Follow nextCursor with the cursor parameter instead.`,
    );
  }
}

/** Lists jobs: the page, its total, its cursors, as the finished body of the answer. */
@Injectable()
export class JobListService {
  constructor(
    private readonly filters: JobFilterResolver,
    private readonly pages: JobPageQuery,
    private readonly counts: JobCountQuery,
    private readonly cursors: CursorCodec,
    private readonly limits: PageLimit,
    private readonly config: AppConfig,
  ) {}

  /**
   * The JSON text of one page.
   * @throws ValidationFailed, OffsetTooDeep, CursorMismatch, Forbidden
   */
  async page(dto: ListJobsDto, caller: Caller): Promise<string> {
    const filter = await this.filters.resolve(dto, caller);
    const sort = jobSort(dto.sort);
    const query = canonicalQuery(filter, sort);
    const request = this.pageRequest(dto, filter, sort, query);
    const count = dto.count ?? 'auto';
    let begun: Promise<Total> | undefined;
    const page = await this.pages.read(request, () => {
      // Counting to the end would go on long after a page that told the total after all.
      if (count === 'exact') return;
      begun = this.counts.find(filter, count);
      // Nobody waits for it where the page fails, or turns out to be all there is.
      begun.catch(() => undefined);
    });
    const read = {
      limit: request.limit,
      fetched: page.fetched,
      first: edge(page.firstKey, page.firstId),
      last: edge(page.lastKey, page.lastId),
    };
    const place = pagePlace(read, { page: dto.page ?? 1, cursor: request.cursor }, this.cursors, query);
    const total = await this.counts.total(filter, count, {
      seen: rowsSeen(request, page),
      known: knownTotal(request, page),
      counted: page.counted,
      begun,
    });
    return pageBody(page.rows, pagination(place, total));
  }

  private pageRequest(dto: ListJobsDto, filter: JobFilter, sort: JobSort, query: string): PageRequest {
    const limit = this.limits.of(dto);
    const cursor = dto.cursor === undefined ? undefined : this.cursors.decode(dto.cursor, query);
    if (cursor !== undefined && dto.page !== undefined) {
      throw ValidationFailed.of('cursor', 'and page exclude each other');
    }
    const page = dto.page ?? 1;
    if (page * limit > this.config.limits.maxOffset) throw new OffsetTooDeep(this.config.limits.maxOffset);
    const offset = cursor === undefined ? (page - 1) * limit : 0;
    const count = dto.count ?? 'auto';
    const counted = this.counts.isCounted(filter, count);
    const totalIfCollected = count === 'auto' || count === 'exact';
    const fields = rowFields(dto.fields);
    return { filter, sort, limit, offset, cursor, fields, counted, totalIfCollected };
  }
}

/** Everything that decides which rows come in which order: what a cursor is bound to. */
const canonicalQuery = (filter: JobFilter, sort: JobSort): string =>
  JSON.stringify(['jobs', sort.name, filter]);

/** Rows that are known to be there: up to this page's end, or to the row that it was read backwards from. */
const rowsSeen = ({ offset, cursor }: PageRequest, { fetched }: Page): number =>
  cursor?.direction === 'previous' ? cursor.rowsBefore + 1 : (cursor?.rowsBefore ?? offset) + fetched;

/** The total, where the page is the last one and its number says how many rows came before. */
const knownTotal = ({ limit, offset, cursor }: PageRequest, { fetched }: Page): number | undefined =>
  cursor === undefined && fetched <= limit && (fetched > 0 || offset === 0) ? offset + fetched : undefined;

/** The wanted fields in the order of the answer, each once. */
export const rowFields = (fields: readonly string[] | undefined): readonly JobField[] =>
  fields === undefined ? ROW_FIELDS : ROW_FIELDS.filter((field) => fields.includes(field));
