import { isUtf8 } from 'node:buffer';
import { LineSplitter, type RawLine } from './line-splitter';
import {
  bomLength,
  LineFailure,
  MAX_LINE_BYTES,
  notUtf8,
  tooLong,
  type SourceLine,
  type SourceReader,
} from './source-line';

/** Reads one JSON value a line; blank lines are passed over but counted. */
export class NdjsonReader implements SourceReader {
  private readonly splitter = new LineSplitter(MAX_LINE_BYTES);

  push(chunk: Uint8Array): SourceLine[] {
    return this.splitter.push(chunk).flatMap(read);
  }

  end(): SourceLine[] {
    return this.splitter.end().flatMap(read);
  }
}

const read = ({ number, bytes: raw }: RawLine): SourceLine[] => {
  if (raw === undefined) return [{ line: number, bytes: MAX_LINE_BYTES, content: tooLong(MAX_LINE_BYTES) }];
  const bytes = raw.subarray(bomLength(number, raw));
  const content = isUtf8(bytes) ? parse(bytes.toString('utf8')) : notUtf8();
  return content === undefined ? [] : [{ line: number, bytes: raw.length, content }];
};

const parse = (text: string): SourceLine['content'] | undefined => {
  if (/^[ \t\r]*$/.test(text)) return undefined;
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return new LineFailure('malformed_json', 'is not valid JSON');
  }
};
