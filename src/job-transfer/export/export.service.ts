import { Injectable } from '@nestjs/common';
import { pipeline, type Readable } from 'node:stream';
import { type Caller } from '../../auth';
import { JobFilterResolver, JobRowsQuery, jobSort } from '../../jobs';
import { ValidationFailed } from '../../platform/http';
import { type ExportFormat, type ExportQueryDto } from './export-query.dto';
import { csvText, JOB_LINE, JOB_LINE_WITH_EVENTS, ndjsonText } from './export-rows';

/** A file on its way. */
export interface ExportFile {
  format: ExportFormat;
  content: Readable;
}

/** Writes the jobs of a list to a file, in constant memory. */
@Injectable()
export class ExportService {
  constructor(
    private readonly filters: JobFilterResolver,
    private readonly rows: JobRowsQuery,
  ) {}

  /**
   * The matching jobs as of now, as a stream. Destroying it gives the database connection back.
   * @throws ValidationFailed, Forbidden as the list does, and for events in CSV
   */
  async file({ format = 'ndjson', events, ...query }: ExportQueryDto, caller: Caller): Promise<ExportFile> {
    if (events === true && format === 'csv') {
      throw ValidationFailed.of('events', 'go with format=ndjson only');
    }
    const filter = await this.filters.resolve(query, caller);
    const line = events === true ? JOB_LINE_WITH_EVENTS : JOB_LINE;
    const rows = await this.rows.stream(filter, jobSort(query.sort), line);
    // An error of the rows destroys the text with it, which is what the answer sees.
    const content = pipeline(rows, format === 'csv' ? csvText() : ndjsonText(), () => undefined);
    return { format, content };
  }
}
