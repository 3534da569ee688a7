import { createHash, createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { Problem, ValidationFailed } from '../http';

/** Bytes of the signature that a cursor carries. */
const SIGNATURE_BYTES = 12;

/** A place in an ordered list: between two rows, seen from one of them. */
export interface CursorPosition {
  /** Read the rows after the place, or those before it. */
  direction: 'next' | 'previous';
  /** Sort key of the row, as text; `null` where the row has none. */
  key: string | null;
  /** Breaks ties of the sort key. */
  id: string;
  /** How many rows came before the place when the cursor was given out. */
  rowsBefore: number;
}

/** 400: the cursor belongs to another list, sort or filter. */
export class CursorMismatch extends Problem {
  constructor() {
    super(
      400,
      'cursor_mismatch',
      'The cursor comes from another combination of sort and filters: start without one.',
    );
  }
}

/**
 * Opaque cursors. A cursor holds a place and a digest of the query it came from, and is signed
 * (HMAC-SHA-256, 96 bits), so that what comes back is what was given out.
 */
export class CursorCodec {
  private readonly key: KeyObject;

  /** @param key secret of the installation, the same on every instance */
  constructor(key: Buffer) {
    this.key = createSecretKey(key);
  }

  /** @param query everything that decides which rows are listed in which order, in canonical form */
  encode({ direction, key, id, rowsBefore }: CursorPosition, query: string): string {
    const fields = [digest(query), direction === 'next' ? 0 : 1, key, id, rowsBefore];
    const payload = Buffer.from(JSON.stringify(fields));
    return Buffer.concat([this.signature(payload), payload]).toString('base64url');
  }

  /**
   * @throws CursorMismatch when the cursor came from another query
   * @throws ValidationFailed when it was not given out by this installation
   */
  decode(cursor: string, query: string): CursorPosition {
    const bytes = Buffer.from(cursor, 'base64url');
    const payload = bytes.subarray(SIGNATURE_BYTES);
    const signature = bytes.subarray(0, SIGNATURE_BYTES);
    // Decoding passes over what is no base64url, and over spare bits at the end.
    const unchanged = bytes.toString('base64url') === cursor && signature.length === SIGNATURE_BYTES;
    if (!unchanged || !timingSafeEqual(signature, this.signature(payload))) {
      throw ValidationFailed.of('cursor', 'is not one that was given out');
    }
    const [from, direction, key, id, rowsBefore] = JSON.parse(payload.toString()) as [
      string,
      0 | 1,
      string | null,
      string,
      number,
    ];
    if (from !== digest(query)) throw new CursorMismatch();
    return { direction: direction === 0 ? 'next' : 'previous', key, id, rowsBefore };
  }

  private signature(payload: Buffer): Buffer {
    return createHmac('sha256', this.key).update(payload).digest().subarray(0, SIGNATURE_BYTES);
  }
}

const digest = (query: string): string => createHash('sha256').update(query).digest('base64url').slice(0, 16);
