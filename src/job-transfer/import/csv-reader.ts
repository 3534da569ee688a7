import { parse } from 'csv-parse/sync';
import { isUtf8 } from 'node:buffer';
import { ValidationFailed } from '../../platform/http';
import { CsvColumns } from './csv-columns';
import { CsvSplitter, type RawRecord } from './csv-splitter';
import {
  bomLength,
  LineFailure,
  MAX_RECORD_BYTES,
  notUtf8,
  tooLong,
  type SourceLine,
  type SourceReader,
} from './source-line';

const NEWLINE = Buffer.from('\n');

const FAILURES: Record<NonNullable<RawRecord['problem']>, () => LineFailure> = {
  'too-long': () => tooLong(MAX_RECORD_BYTES),
  'open-quote': () => new LineFailure('malformed_csv', 'has a quote that is never closed'),
  'text-after-quote': () => new LineFailure('malformed_csv', 'has text after a closing quote'),
};

/** Records of CSV, the first of which names the columns. Blank lines are passed over but counted. */
export class CsvReader implements SourceReader {
  private readonly splitter = new CsvSplitter(MAX_RECORD_BYTES);
  private columns: CsvColumns | undefined;

  /** @throws ValidationFailed for the header row */
  push(chunk: Uint8Array): SourceLine[] {
    return this.read(this.splitter.push(chunk));
  }

  /** @throws ValidationFailed where there is no header row */
  end(): SourceLine[] {
    const lines = this.read(this.splitter.end());
    if (this.columns === undefined) throw ValidationFailed.of('header', 'is missing: name the columns first');
    return lines;
  }

  private read(raw: RawRecord[]): SourceLine[] {
    const records = raw.filter(isNotBlank);
    if (this.columns === undefined) {
      const header = records.shift();
      if (header === undefined) return [];
      this.columns = readHeader(header);
    }
    const { columns } = this;
    const cells = cellsOf(records);
    return records.map((record, index) => ({
      line: record.line,
      bytes: record.bytes.length,
      content: readRecord(record, cells[index], columns),
    }));
  }
}

const isNotBlank = ({ bytes }: RawRecord): boolean => bytes.some((byte) => byte !== 0x20 && byte !== 0x09);

/** Takes records apart, all at once where none is at fault. */
const cellsOf = (records: readonly RawRecord[]): (string[] | LineFailure)[] => {
  const sound = records.every(({ bytes, problem }) => problem === undefined && isUtf8(bytes));
  if (sound) {
    try {
      const cells = parseCells(Buffer.concat(records.flatMap(({ bytes }) => [bytes, NEWLINE])));
      if (cells.length === records.length) return cells;
    } catch {
      // One of them is at fault: each by itself.
    }
  }
  return records.map(cellsOfOne);
};

const cellsOfOne = ({ bytes, problem }: RawRecord): string[] | LineFailure => {
  if (problem !== undefined) return FAILURES[problem]();
  if (!isUtf8(bytes)) return notUtf8();
  try {
    const [cells] = parseCells(bytes);
    return cells ?? new LineFailure('malformed_csv', 'holds no cells');
  } catch {
    return new LineFailure('malformed_csv', 'has a quote inside a cell that is not quoted');
  }
};

const parseCells = (bytes: Buffer): string[][] =>
  parse(bytes, { relax_column_count: true, record_delimiter: ['\r\n', '\n'] });

const readHeader = (record: RawRecord): CsvColumns => {
  const cells = cellsOfOne({ ...record, bytes: record.bytes.subarray(bomLength(record.line, record.bytes)) });
  if (cells instanceof LineFailure) throw ValidationFailed.of('header', cells.message);
  return new CsvColumns(cells);
};

const readRecord = (
  { line }: RawRecord,
  cells: string[] | LineFailure | undefined,
  columns: CsvColumns,
): SourceLine['content'] => {
  if (cells === undefined) throw new Error(`Line ${line} was not taken apart`);
  if (cells instanceof LineFailure) return cells;
  if (cells.length === columns.count) return { value: columns.record(cells) };
  return new LineFailure('malformed_csv', `has ${cells.length} cells, the header row has ${columns.count}`);
};
