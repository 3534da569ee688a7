import { Writable } from 'node:stream';

/**
 * Cuts what is written to it into parts of about one size, and keeps them one by one: while one is being kept, nothing
 * more is taken.
 */
export class ChunkSink extends Writable {
  private pending: Buffer[] = [];
  private pendingBytes = 0;

  /**
   * @param size bytes from which on a part is kept
   * @param keep keeps a part
   */
  constructor(
    private readonly size: number,
    private readonly keep: (part: Buffer) => Promise<void>,
  ) {
    super();
  }

  override _write(data: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.pending.push(data);
    this.pendingBytes += data.length;
    if (this.pendingBytes < this.size) done();
    else this.pass(done);
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.pendingBytes === 0) done();
    else this.pass(done);
  }

  private pass(done: (error?: Error | null) => void): void {
    const part = Buffer.concat(this.pending);
    this.pending = [];
    this.pendingBytes = 0;
    this.keep(part).then(
      () => done(),
      (error: unknown) => done(error as Error),
    );
  }
}
