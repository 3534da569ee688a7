import { Injectable } from '@nestjs/common';
import { pipeline, type Readable } from 'node:stream';
import { type Caller } from '../../auth';
import { JobFilterResolver, JobRowsQuery, jobSort, type JobFilter } from '../../jobs';
import { ValidationFailed } from '../../platform/http';
import { type ExportFormat, type ExportQueryDto } from './export-query.dto';
import { csvText, JOB_LINE, JOB_LINE_WITH_EVENTS, ndjsonText, type ExportText } from './export-rows';

/** A file on its way. */
export interface ExportFile {
  format: ExportFormat;
  content: Readable;
}

/** The same, counted before its first row is read. */
export interface CountedExport {
  content: ExportText;
  /** How many jobs it will hold; `undefined`: counting them took too long. */
  total: number | undefined;
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
   * @throws ValidationFailed, Forbidden as `check` does
   */
  async file(query: ExportQueryDto, caller: Caller): Promise<ExportFile> {
    const filter = await this.check(query, caller);
    const rows = await this.rows.stream(filter, jobSort(query.sort), lineOf(query));
    return { format: formatOf(query), content: asText(rows, query) };
  }

  /**
   * As `file`, for who bounds by themselves how many are read at once.
   * @param signal ends the counting
   */
  async counted(query: ExportQueryDto, caller: Caller, signal: AbortSignal): Promise<CountedExport> {
    const filter = await this.check(query, caller);
    const { rows, total } = await this.rows.snapshot(filter, jobSort(query.sort), lineOf(query), signal);
    return { content: asText(rows, query), total };
  }

  /**
   * What is asked for, with its words resolved.
   * @throws ValidationFailed, Forbidden as the list does, and for events in CSV
   */
  async check({ events, ...query }: ExportQueryDto, caller: Caller): Promise<JobFilter> {
    if (events === true && formatOf(query) === 'csv') {
      throw ValidationFailed.of('events', 'go with format=ndjson only');
    }
    return this.filters.resolve(query, caller);
  }
}

const formatOf = ({ format = 'ndjson' }: ExportQueryDto): ExportFormat => format;

const lineOf = ({ events }: ExportQueryDto): string => (events === true ? JOB_LINE_WITH_EVENTS : JOB_LINE);

/** An error of the rows destroys the text with it, which is what its reader sees; and the other way round. */
const asText = (rows: Readable, query: ExportQueryDto): ExportText =>
  pipeline(rows, formatOf(query) === 'csv' ? csvText() : ndjsonText(), () => undefined);
