import { v7 as uuidv7 } from 'uuid';

/** Object ids of the types of elements (Postgres, `pg_type.dat`); they never change. */
const OIDS = { uuid: 2950, integer: 23, float: 701, time: 1184, text: 25 } as const;

/** Dimensions, a flag for nulls, the type, length and lower bound; then the elements. */
const HEADER_BYTES = 20;

/** What stands in the place of an element's length where it is null. */
const NULL_LENGTH = -1;

/** Midnight of 2000-01-01, from which Postgres counts; milliseconds since 1970. */
const EPOCH = 946_684_800_000;

const TWO_TO_32 = 2 ** 32;

/**
 * Arrays in the format in which Postgres sends and receives them (`array_recv` and the `recv` functions of the
 * types, PostgreSQL source, `src/backend/utils/adt`): for many values it takes a quarter of the time that Postgres
 * needs to read the same as JSON. A `Buffer` among the values of a query is sent in this format by `pg`.
 */
const header = (oid: number, length: number, bytes: number): Buffer => {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + bytes);
  buffer.writeInt32BE(length === 0 ? 0 : 1, 0);
  buffer.writeInt32BE(1, 4);
  buffer.writeInt32BE(oid, 8);
  buffer.writeInt32BE(length, 12);
  buffer.writeInt32BE(1, 16);
  // An array without elements has no dimension, so its header ends before the dimension's.
  return length === 0 ? buffer.subarray(0, 12) : buffer;
};

/** An array of elements of one size, null for those that are `undefined` or `null`. */
const fixed = <T>(
  oid: number,
  size: number,
  items: readonly (T | null | undefined)[],
  write: (buffer: Buffer, at: number, item: T) => void,
): Buffer => {
  const buffer = header(oid, items.length, items.length * (4 + size));
  let at = HEADER_BYTES;
  for (const item of items) {
    const isNull = item === undefined || item === null;
    at = buffer.writeInt32BE(isNull ? NULL_LENGTH : size, at);
    if (isNull) continue;
    write(buffer, at, item);
    at += size;
  }
  return items.length === 0 ? buffer : buffer.subarray(0, at);
};

type Items<T> = readonly (T | null | undefined)[];

const UUID_DIGITS = /^[0-9a-f]{32}$/i;

/** `uuid[]`, of texts. @throws RangeError on a text that is no UUID, which would leave bytes of other data in its place */
export const uuidArray = (items: Items<string>): Buffer =>
  fixed(OIDS.uuid, 16, items, (buffer, at, item) => {
    const digits = item.replaceAll('-', '');
    if (!UUID_DIGITS.test(digits)) throw new RangeError('Not a UUID');
    buffer.write(digits, at, 16, 'hex');
  });

/** `uuid[]` of so many new UUIDv7, each greater than the one before; they are never made into texts. */
export const newUuidArray = (length: number): Buffer =>
  fixed(
    OIDS.uuid,
    16,
    Array.from({ length }, () => true),
    (buffer, at) => uuidv7(undefined, buffer, at),
  );

/** `integer[]`. */
export const integerArray = (items: Items<number>): Buffer =>
  fixed(OIDS.integer, 4, items, (buffer, at, item) => buffer.writeInt32BE(item, at));

/** `double precision[]`; a negative zero is zero, as it is in JSON. */
export const floatArray = (items: Items<number>): Buffer =>
  fixed(OIDS.float, 8, items, (buffer, at, item) => buffer.writeDoubleBE(item + 0, at));

/** `timestamptz[]`, of ISO 8601 texts with milliseconds. @throws RangeError for what is no time */
export const timeArray = (items: Items<string>): Buffer =>
  fixed(OIDS.time, 8, items, (buffer, at, item) => {
    const milliseconds = Date.parse(item) - EPOCH;
    if (Number.isNaN(milliseconds)) throw new RangeError(`${item} is no time`);
    // A count of microseconds is past what a number holds exactly, from the year 2285 on: by halves.
    const high = Math.floor(milliseconds / TWO_TO_32);
    const low = (milliseconds - high * TWO_TO_32) * 1000;
    const carried = Math.floor(low / TWO_TO_32);
    buffer.writeInt32BE(high * 1000 + carried, at);
    buffer.writeUInt32BE(low - carried * TWO_TO_32, at + 4);
  });

/** `text[]`. */
export const textArray = (items: Items<string>): Buffer => {
  // A UTF-16 unit takes at most three bytes of UTF-8.
  const most = items.reduce((sum, item) => sum + 4 + 3 * (item?.length ?? 0), 0);
  const buffer = header(OIDS.text, items.length, most);
  let at = HEADER_BYTES;
  for (const item of items) {
    const isNull = item === undefined || item === null;
    const length = isNull ? NULL_LENGTH : buffer.write(item, at + 4);
    buffer.writeInt32BE(length, at);
    at += 4 + Math.max(0, length);
  }
  return items.length === 0 ? buffer : buffer.subarray(0, at);
};
