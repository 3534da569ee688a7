import { type JobLine } from './job-line';

/** Most lines that are written at once. */
const MAX_LINES = 500;

/** Most bytes of lines that are written at once, but for a single longer line. */
const MAX_BYTES = 1024 * 1024;

/** Lines that are written together: no two with the same `externalRef`. */
export class LineBatch {
  private lines: JobLine[] = [];
  private refs = new Set<string>();
  private bytes = 0;

  /** Whether the line must wait for the next batch. */
  isFullFor(line: JobLine, bytes: number): boolean {
    return (
      this.lines.length >= MAX_LINES ||
      (this.lines.length > 0 && this.bytes + bytes > MAX_BYTES) ||
      (line.externalRef !== undefined && this.refs.has(line.externalRef))
    );
  }

  add(line: JobLine, bytes: number): void {
    this.lines.push(line);
    this.bytes += bytes;
    if (line.externalRef !== undefined) this.refs.add(line.externalRef);
  }

  /** Empties the batch and gives what was in it. */
  take(): JobLine[] {
    const { lines } = this;
    this.lines = [];
    this.refs = new Set();
    this.bytes = 0;
    return lines;
  }
}
