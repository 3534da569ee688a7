import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { type Caller } from '../../auth';
import { AppConfig } from '../../config';
import { ExistingJobsQuery } from '../../jobs';
import { Database } from '../../platform/database';
import { PayloadTooLarge, Problem, problemFromError } from '../../platform/http';
import { WorkflowService } from '../../workflows';
import { CsvReader } from './csv-reader';
import { DatabaseClock } from './database-clock';
import { type ImportQueryDto } from './import-query.dto';
import { ImportRehearsal } from './import-rehearsal';
import { type ImportReportDto } from './import-report.dto';
import { ImportTally } from './import-tally';
import { ImportWriter } from './import-writer';
import { readJobLine } from './job-line';
import { NdjsonReader } from './ndjson-reader';
import { LineFailure, type SourceLine, type SourceReader } from './source-line';
import { WritePipeline } from './write-pipeline';

/** How long the rest of a body is listened to that is not wanted any more. Milliseconds. */
const LINGER = 10_000;

/** What a file is written in. */
export type ImportFormat = 'csv' | 'ndjson';

/** Imports jobs from a stream of bytes, in constant memory: the next batch is read while others are written. */
@Injectable()
export class ImportService {
  constructor(
    private readonly database: Database,
    private readonly writer: ImportWriter,
    private readonly existing: ExistingJobsQuery,
    private readonly workflows: WorkflowService,
    private readonly config: AppConfig,
  ) {}

  /**
   * Imports the jobs of a file for the caller. Batches that are written stay, whatever comes after.
   * @throws ValidationFailed for the header row of CSV, before anything is written
   * @throws PayloadTooLarge past `MAX_IMPORT_BYTES`, Unavailable when the database goes away, Problem 400 when
   * the body breaks off; each with the `report` so far
   */
  async run(
    caller: Caller,
    body: Readable,
    format: ImportFormat,
    { dryRun, onConflict = 'error' }: ImportQueryDto,
  ): Promise<ImportReportDto> {
    const clock = await DatabaseClock.read(this.database);
    const target = dryRun === true ? new ImportRehearsal(this.existing, this.workflows) : this.writer;
    const tally = new ImportTally();
    const pipeline = new WritePipeline((lines) =>
      target.write(caller.id, lines, onConflict, ({ line }, outcome) => tally.add(line, outcome)),
    );
    try {
      const reader: SourceReader = format === 'csv' ? new CsvReader() : new NdjsonReader();
      for await (const lines of sourceLines(body, reader, this.config.limits.maxImportBytes)) {
        await takeLines(lines, clock.latest(), tally, pipeline);
      }
      await pipeline.finish();
    } catch (error) {
      discard(body);
      await pipeline.settle();
      throw this.withReport(error, tally);
    }
    return tally.report();
  }

  private withReport(error: unknown, tally: ImportTally): Problem {
    const { status, code, message, extensions, headers, cause } = problemFromError(
      error,
      this.config.limits.maxImportBytes,
    );
    const report = tally.report();
    return new Problem(status, code, message, {
      extensions: { ...extensions, report },
      headers,
      cause: cause ?? error,
    });
  }
}

/** Reads lines, and hands on those that tell of a job. */
const takeLines = async (
  lines: readonly SourceLine[],
  latest: string,
  tally: ImportTally,
  pipeline: WritePipeline,
): Promise<void> => {
  for (const { line, bytes, content } of lines) {
    const told = content instanceof LineFailure ? content : readJobLine(line, content.value, latest);
    if (told instanceof LineFailure) tally.add(line, told);
    else await pipeline.add(told, bytes);
  }
};

/** The lines of a body, chunk by chunk. Ending early leaves the body open, so that an answer can be sent. */
async function* sourceLines(
  body: Readable,
  reader: SourceReader,
  maxBytes: number,
): AsyncGenerator<SourceLine[]> {
  let bytes = 0;
  for await (const chunk of chunks(body)) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new PayloadTooLarge(maxBytes);
    yield reader.push(chunk);
  }
  yield reader.end();
}

/**
 * Lets the rest of a body run into nothing: a client that is still sending reads the answer only if it can go on,
 * or its connection would be stuck. One that does not come to an end is cut off.
 */
const discard = (body: Readable): void => {
  if (body.destroyed || body.readableEnded) return;
  const timer = setTimeout(() => body.destroy(), LINGER).unref();
  body.once('close', () => clearTimeout(timer));
  body.on('error', () => undefined);
  body.resume();
};

async function* chunks(body: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* body.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw new Problem(400, 'bad_request', 'The body broke off before its end.', { cause });
  }
}
