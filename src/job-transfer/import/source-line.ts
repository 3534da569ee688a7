/** Largest record of CSV, in bytes: the longest that an export writes is a tenth of it. */
export const MAX_RECORD_BYTES = 1024 * 1024;

/** Largest line of NDJSON, in bytes: a job with its whole history, as an export writes it. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** Why a line was not imported. Clients rely on these names. */
export type LineCode =
  | 'malformed_json'
  | 'malformed_csv'
  | 'invalid_utf8'
  | 'line_too_long'
  | 'validation_failed'
  | 'already_exists'
  | 'transition_not_allowed'
  | 'internal_error';

/** Longest message of a line, in UTF-16 units: it may quote names that the line has made up. */
const MAX_MESSAGE_LENGTH = 300;

/** A line that is not imported, and why. */
export class LineFailure {
  readonly message: string;

  constructor(
    readonly code: LineCode,
    message: string,
  ) {
    this.message =
      message.length <= MAX_MESSAGE_LENGTH
        ? message
        : `${message.slice(0, MAX_MESSAGE_LENGTH).toWellFormed()}…`;
  }
}

/** A line that is not blank, as the file has it: what it says, or why it says nothing. */
export interface SourceLine {
  /** Physical line where it starts, from 1. */
  line: number;
  /** Its length. */
  bytes: number;
  content: { value: unknown } | LineFailure;
}

/** Takes a file apart as its bytes come in. What it gives is complete: nothing refers to the chunks. */
export interface SourceReader {
  push(chunk: Uint8Array): SourceLine[];
  /** Whatever is left when there are no more bytes. */
  end(): SourceLine[];
}

/** The failure of a line or record that is longer than `limit` bytes. */
export const tooLong = (limit: number): LineFailure =>
  new LineFailure('line_too_long', `is longer than ${limit} bytes`);

/** The failure of a line whose bytes are not UTF-8. */
export const notUtf8 = (): LineFailure => new LineFailure('invalid_utf8', 'is not valid UTF-8');

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** Bytes of a byte order mark at the beginning of a file. */
export const bomLength = (line: number, bytes: Buffer): number =>
  line === 1 && bytes.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0;
