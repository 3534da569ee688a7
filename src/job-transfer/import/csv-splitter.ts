import { ByteWindow } from './byte-window';

const QUOTE = 0x22;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Where in a record a byte stands. */
type Place = 'field-start' | 'unquoted' | 'quoted' | 'after-quote';

/** A record without its end, or why there is none. */
export interface RawRecord {
  /** Physical line where it starts, from 1. */
  line: number;
  /** Valid until the next call of the splitter. */
  bytes: Buffer;
  problem: 'too-long' | 'open-quote' | 'text-after-quote' | undefined;
}

/**
 * Finds where the records of RFC 4180 begin and end, in constant memory. A newline belongs to the record only
 * inside quotes, and a quote opens only at the beginning of a field. A quote that is never closed costs the
 * line it stands on: reading goes on with the next one.
 */
export class CsvSplitter {
  private readonly window = new ByteWindow();
  /** Where the current record starts in the window, and how far it has been looked through. */
  private start = 0;
  private at = 0;
  private place: Place = 'field-start';
  private line = 1;
  private newlines = 0;
  private broken = false;
  /** Inside a record that is too long. */
  private skipping = false;

  /** @param maxBytes largest record */
  constructor(private readonly maxBytes: number) {}

  /** The records that end in this chunk. */
  push(chunk: Uint8Array): RawRecord[] {
    this.window.drop(this.start);
    this.at -= this.start;
    this.start = 0;
    this.window.append(chunk);
    const records = this.scan();
    while (this.window.bytes.length - this.start > this.maxBytes) {
      if (this.place !== 'quoted' || this.newlines === 0) {
        if (!this.skipping) records.push(this.record(this.start, 'too-long'));
        this.skipping = true;
        this.start = this.window.bytes.length;
        break;
      }
      records.push(this.giveUpLine(), ...this.scan());
    }
    return records;
  }

  /** What is left at the end of the file. */
  end(): RawRecord[] {
    const records: RawRecord[] = [];
    while (this.start < this.window.bytes.length) {
      if (this.place === 'quoted' && !this.skipping) {
        records.push(this.giveUpLine(), ...this.scan());
      } else {
        records.push(...this.finish(this.window.bytes.length, this.window.bytes.length));
      }
    }
    return records;
  }

  private scan(): RawRecord[] {
    const records: RawRecord[] = [];
    const { bytes } = this.window;
    while (this.at < bytes.length) {
      const byte = bytes[this.at++];
      if (byte === NEWLINE) {
        if (this.place === 'quoted' && !this.skipping) this.newlines++;
        else records.push(...this.finish(this.at - 1, this.at));
      } else {
        this.step(byte);
      }
    }
    return records;
  }

  private step(byte: number | undefined): void {
    switch (this.place) {
      case 'field-start':
        if (byte === QUOTE) this.place = 'quoted';
        else if (byte !== COMMA) this.place = 'unquoted';
        return;
      case 'unquoted':
        if (byte === COMMA) this.place = 'field-start';
        return;
      case 'quoted':
        if (byte === QUOTE) this.place = 'after-quote';
        return;
      case 'after-quote':
        if (byte === QUOTE) this.place = 'quoted';
        else if (byte === COMMA) this.place = 'field-start';
        else if (byte !== CARRIAGE_RETURN) {
          this.place = 'unquoted';
          this.broken = true;
        }
    }
  }

  /** Ends the record; one that was too long has been told of already. */
  private finish(end: number, next: number): RawRecord[] {
    const tooLong = end - this.start > this.maxBytes;
    const record = this.record(end, tooLong ? 'too-long' : this.broken ? 'text-after-quote' : undefined);
    const told = this.skipping;
    this.begin(next, this.newlines + 1);
    return told ? [] : [record];
  }

  /** Gives up the first line of a record whose quote is open, and looks through the rest anew. */
  private giveUpLine(): RawRecord {
    const { bytes } = this.window;
    const newline = bytes.indexOf(NEWLINE, this.start);
    const end = newline === -1 ? bytes.length : newline;
    const record = this.record(end, 'open-quote');
    this.begin(Math.min(end + 1, bytes.length), 1);
    return record;
  }

  private begin(next: number, lines: number): void {
    this.line += lines;
    this.start = this.at = next;
    this.place = 'field-start';
    this.newlines = 0;
    this.broken = this.skipping = false;
  }

  private record(end: number, problem: RawRecord['problem']): RawRecord {
    const bytes = this.window.bytes.subarray(this.start, end);
    return {
      line: this.line,
      bytes: bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes,
      problem,
    };
  }
}
