import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** Content codings that answers are sent in, besides none. */
export type Encoding = 'br' | 'gzip';

/** Bodies shorter than this are sent as they are: compressing gains less than the headers cost. Bytes. */
export const COMPRESS_FROM = 1024;

/** What an answer is made of. */
export interface AnswerParts {
  /** What it was read under: generation of the cache and version of the data. */
  stamp: string;
  contentType: string;
  /** Opaque part of the ETag, without quotes and without what an encoding adds. */
  tag: string;
  body: Buffer;
  /** Milliseconds since 1970; it is made at the one and not used from the other on. */
  madeAt: number;
  expiresAt: number;
}

const deflate = promisify(gzip);
const brotli = promisify(brotliCompress);

/** About the middle of the scale: higher costs much more time for little. */
const BROTLI_QUALITY = 4;

/**
 * The bytes in a block of their own. Short texts and compressed forms come as parts of blocks of 8 or 16 KiB, which would stay
 * in memory, uncounted, for as long as the part does.
 */
const alone = (bytes: Buffer): Buffer => {
  if (bytes.length === bytes.buffer.byteLength) return bytes;
  const own = Buffer.allocUnsafeSlow(bytes.length);
  own.set(bytes);
  return own;
};

/** A finished answer, and its compressed forms once somebody asked for them. */
export class CachedAnswer implements AnswerParts {
  readonly stamp: string;
  readonly contentType: string;
  readonly tag: string;
  readonly body: Buffer;
  readonly madeAt: number;
  readonly expiresAt: number;
  /** `expiresAt` on a clock that nobody sets. */
  private readonly until: number;
  private readonly ready: Partial<Record<Encoding, Buffer>> = {};
  private readonly pending: Partial<Record<Encoding, Promise<Buffer>>> = {};

  constructor(parts: AnswerParts) {
    this.stamp = parts.stamp;
    this.contentType = parts.contentType;
    this.tag = parts.tag;
    this.body = alone(parts.body);
    this.madeAt = parts.madeAt;
    this.expiresAt = parts.expiresAt;
    this.until = performance.now() + parts.expiresAt - Date.now();
  }

  /** Bytes of the body and its compressed forms. */
  get bytes(): number {
    return this.body.length + (this.ready.br?.length ?? 0) + (this.ready.gzip?.length ?? 0);
  }

  /** Whether it may be used at this time. A clock that was set back makes it no younger. */
  usable(now = Date.now()): boolean {
    return now >= this.madeAt && now < this.expiresAt && performance.now() < this.until;
  }

  /** The compressed body, if it has been made. */
  encoded(encoding: Encoding): Buffer | undefined {
    return this.ready[encoding];
  }

  /** Compresses the body once; `done` is told the first time, when the answer has grown. */
  encode(encoding: Encoding, done: (answer: CachedAnswer) => void): Promise<Buffer> {
    return (this.pending[encoding] ??= this.compress(encoding).then((compressed) => {
      const body = (this.ready[encoding] = alone(compressed));
      done(this);
      return body;
    }));
  }

  private compress(encoding: Encoding): Promise<Buffer> {
    if (encoding === 'gzip') return deflate(this.body);
    return brotli(this.body, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: this.body.length,
      },
    });
  }
}
