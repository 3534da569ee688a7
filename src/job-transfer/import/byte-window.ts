/** Bytes at the beginning; a usual chunk of a request's body. */
const INITIAL_CAPACITY = 64 * 1024;

/**
 * The part of a stream of bytes that is still looked at. Grows by doubling, so that the size of the chunks in
 * which the bytes come does not matter.
 */
export class ByteWindow {
  private buffer = Buffer.allocUnsafe(INITIAL_CAPACITY);
  private length = 0;

  /** What is in the window; valid until the next `drop` or `append`. */
  get bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  append(chunk: Uint8Array): void {
    const needed = this.length + chunk.length;
    if (needed > this.buffer.length) this.grow(needed);
    this.buffer.set(chunk, this.length);
    this.length = needed;
  }

  /** Forgets the first `count` bytes. */
  drop(count: number): void {
    this.buffer.copyWithin(0, count, this.length);
    this.length -= count;
  }

  private grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.buffer.length));
    larger.set(this.bytes);
    this.buffer = larger;
  }
}
