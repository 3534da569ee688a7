import { ByteWindow } from './byte-window';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** A line without its end; `bytes` is `undefined` where it is longer than the limit. */
export interface RawLine {
  /** From 1. */
  number: number;
  /** Valid until the next call of the splitter. */
  bytes: Buffer | undefined;
}

/** Splits a stream of bytes into lines, LF or CRLF, in constant memory: a line past the limit is passed over. */
export class LineSplitter {
  private readonly window = new ByteWindow();
  private consumed = 0;
  private number = 1;
  /** Inside a line that is too long. */
  private skipping = false;

  /** @param maxBytes largest line */
  constructor(private readonly maxBytes: number) {}

  /** The lines that end in this chunk. */
  push(chunk: Uint8Array): RawLine[] {
    this.window.drop(this.consumed);
    this.consumed = 0;
    let scanned = this.window.bytes.length;
    this.window.append(chunk);
    const { bytes } = this.window;
    const lines: RawLine[] = [];
    for (;;) {
      const end = bytes.indexOf(NEWLINE, scanned);
      if (end === -1) break;
      lines.push(this.line(bytes.subarray(this.consumed, end)));
      scanned = this.consumed = end + 1;
    }
    if (bytes.length - this.consumed > this.maxBytes + 1) this.skipping = true;
    if (this.skipping) this.consumed = bytes.length;
    return lines;
  }

  /** The last line, where it has no end. */
  end(): RawLine[] {
    this.window.drop(this.consumed);
    this.consumed = 0;
    const { bytes } = this.window;
    return bytes.length === 0 && !this.skipping ? [] : [this.line(bytes)];
  }

  private line(bytes: Buffer): RawLine {
    const number = this.number++;
    const text = bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes;
    const fits = !this.skipping && text.length <= this.maxBytes;
    this.skipping = false;
    return { number, bytes: fits ? text : undefined };
  }
}
