import { pipeline, Transform, type Readable, type TransformCallback } from 'node:stream';

/** Size at which pieces are handed on, in characters: few large chunks instead of many small ones. */
const CHUNK = 64 * 1024;

/** Rows that wait to be joined, at most. */
const ROWS_WAITING = 250;

/**
 * Joins the `json` column of rows to the text of one JSON array. An error of the rows destroys the text, and
 * destroying the text destroys the rows, also before anything was read of it.
 */
export const jsonArrayStream = (rows: Readable): Readable =>
  pipeline(rows, new JsonArrayText(), () => undefined);

class JsonArrayText extends Transform {
  private pending = '[';
  private separator = '';

  constructor() {
    super({ writableObjectMode: true, writableHighWaterMark: ROWS_WAITING });
  }

  override _transform({ json }: { json: string }, _encoding: string, done: TransformCallback): void {
    this.pending += this.separator + json;
    this.separator = ',';
    if (this.pending.length >= CHUNK) {
      this.push(this.pending);
      this.pending = '';
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    this.push(`${this.pending}]`);
    done();
  }
}
