import { Injectable } from '@nestjs/common';
import { Readable } from 'node:stream';
import { type Caller } from '../../auth';
import { AppConfig } from '../../config';
import { jsonArrayStream, Problem, ValidationFailed } from '../../platform/http';
import { rowJson } from '../job-json';
import { JobFilterResolver } from './job-filter';
import { rowFields } from './job-list.service';
import { JobRowsQuery } from './job-rows.query';
import { jobSort } from './job-sort';
import { type ListJobsDto } from './list-jobs.dto';

/** 400: more rows than `paginate=false` gives. */
export class TooManyRows extends Problem {
  constructor(limit: number) {
    super(400, 'too_many_rows', `More than ${limit} jobs match. Use GET /api/jobs/export, or pages.`);
  }
}

/** The list as a bare array, for clients that know no pages. */
@Injectable()
export class UnpaginatedJobsService {
  constructor(
    private readonly filters: JobFilterResolver,
    private readonly rows: JobRowsQuery,
    private readonly config: AppConfig,
  ) {}

  /** @throws TooManyRows past `MAX_UNPAGINATED`, before anything is sent */
  async stream(dto: ListJobsDto, caller: Caller): Promise<Readable> {
    for (const name of ['page', 'cursor', 'limit', 'page_size', 'count'] as const) {
      if (dto[name] !== undefined) throw ValidationFailed.of(name, 'has no meaning with paginate=false');
    }
    const filter = await this.filters.resolve(dto, caller);
    const limit = this.config.limits.maxUnpaginated;
    if ((await this.rows.countUpTo(filter, limit + 1)) > limit) throw new TooManyRows(limit);
    return jsonArrayStream(
      await this.rows.stream(filter, jobSort(dto.sort), rowJson(rowFields(dto.fields)), limit),
    );
  }
}
