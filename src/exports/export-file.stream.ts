import { Readable } from 'node:stream';

/** What is handed on at a time: few enough bytes that a slow reader takes some within a minute, also of their text. */
const SLICE = 16 * 1024;

/**
 * The parts of a file one after the other, each read from the database when it is wanted: no connection is kept
 * meanwhile. A reader that takes none for a while is stalled: the stream is destroyed with an error then.
 */
export class ExportFileStream extends Readable {
  private seq = 0;
  private rest: Buffer = Buffer.alloc(0);
  private stall: NodeJS.Timeout;

  /**
   * @param chunks how many parts there are
   * @param read gives a part; `undefined` where it has been deleted
   * @param stallAfter milliseconds
   */
  constructor(
    private readonly chunks: number,
    private readonly readPart: (seq: number) => Promise<Buffer | undefined>,
    stallAfter: number,
  ) {
    super({ highWaterMark: SLICE });
    this.stall = this.cutAfter(stallAfter);
  }

  /** From now on, so many milliseconds without a part make it stalled. */
  stallAfter(milliseconds: number): void {
    if (this.destroyed) return;
    clearTimeout(this.stall);
    this.stall = this.cutAfter(milliseconds);
  }

  override _read(): void {
    this.stall.refresh();
    if (this.rest.length > 0) this.handOn();
    else if (this.seq === this.chunks) this.push(null);
    else this.readPart(this.seq).then(this.receive, (error: unknown) => this.destroy(error as Error));
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.stall);
    done(error);
  }

  private readonly receive = (part: Buffer | undefined): void => {
    this.seq += 1;
    if (part === undefined) {
      this.destroy(new Error('A part of the file has been deleted'));
      return;
    }
    this.rest = part;
    this.handOn();
  };

  private handOn(): void {
    const slice = this.rest.subarray(0, SLICE);
    this.rest = this.rest.subarray(SLICE);
    this.push(slice);
  }

  private cutAfter(milliseconds: number): NodeJS.Timeout {
    return setTimeout(
      () => this.destroy(new Error(`No part was taken for ${milliseconds} ms`)),
      milliseconds,
    ).unref();
  }
}
