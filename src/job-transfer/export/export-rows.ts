import { Transform, type TransformCallback } from 'node:stream';
import { JOB_FIELDS } from '../../jobs';
import { jsonObject, jsonTime } from '../../platform/database';
import { csvRecord, guardCell } from '../../platform/csv';
import { joinTags } from '../cells/tag-cell';

/** Rows that are written at a time. */
const ROWS_AT_ONCE = 250;

/** The same in characters: a slow reader of long rows takes some within a minute, and so does not look stalled. */
const CHARACTERS_AT_ONCE = 64 * 1024;

/** `status` is what an import reads; the current status of an exported job is read-only. */
const FIELDS = { ...JOB_FIELDS, status: 'j.current_status' };

/** Rows in the order of the primary key's index, made into an array: half the time of an aggregate that sorts. */
const HISTORY = `array_to_json(ARRAY(
  SELECT row_to_json(o) FROM (
    SELECT e.status, ${jsonTime('e.occurred_at')} AS "occurredAt", e.note, e.metadata
    FROM job_status_events e WHERE e.job_id = j.id ORDER BY e.seq
  ) o
))`;

/** SQL over `jobs j` that makes the text of one exported job. */
export const JOB_LINE = jsonObject(FIELDS);

/** The same with the history. */
export const JOB_LINE_WITH_EVENTS = jsonObject({ ...FIELDS, statusEvents: HISTORY });

const COLUMNS = Object.keys(FIELDS);

const cell = (name: string, value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (name === 'tags') return guardCell(joinTags(value as string[]));
  if (typeof value === 'object') return Object.keys(value).length === 0 ? '' : JSON.stringify(value);
  return guardCell(typeof value === 'string' ? value : JSON.stringify(value));
};

const csvRow = (line: string): string => {
  const job = JSON.parse(line) as Record<string, unknown>;
  return csvRecord(COLUMNS.map((name) => cell(name, job[name])));
};

const csvRows = (lines: readonly string[]): string => lines.map(csvRow).join('');

const ndjsonLines = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

/** Turns rows, each the JSON of a job, into the text of a file, some hundred at a time. */
export class ExportText extends Transform {
  /** Rows whose text has been handed on. */
  rows = 0;
  private lines: string[] = [];
  private characters = 0;

  constructor(
    private readonly toText: (lines: readonly string[]) => string,
    head: string,
  ) {
    super({ writableObjectMode: true, writableHighWaterMark: ROWS_AT_ONCE });
    if (head !== '') this.push(head);
  }

  override _transform({ json }: { json: string }, _encoding: string, done: TransformCallback): void {
    this.lines.push(json);
    this.characters += json.length;
    if (this.lines.length >= ROWS_AT_ONCE || this.characters >= CHARACTERS_AT_ONCE) this.pass();
    done();
  }

  override _flush(done: TransformCallback): void {
    this.pass();
    done();
  }

  private pass(): void {
    if (this.lines.length > 0) this.push(this.toText(this.lines));
    this.rows += this.lines.length;
    this.lines = [];
    this.characters = 0;
  }
}

/** NDJSON: one job a line. */
export const ndjsonText = (): ExportText => new ExportText(ndjsonLines, '');

/** CSV (RFC 4180, line feeds): a header row, then one job a row; formulas are made harmless. */
export const csvText = (): ExportText => new ExportText(csvRows, csvRecord(COLUMNS));
