import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsInt, Max, Min } from 'class-validator';
import { Optional, OptionalOrNull, type FieldDoc } from './fields';
import { isDate, isShallowJson, parseTime, rule } from './formats';
import { isStorableJson } from './storable-text';

const optional = (schema: ApiPropertyOptions, doc: FieldDoc): PropertyDecorator =>
  ApiProperty({ required: false, ...schema, ...doc } as ApiPropertyOptions);

const normalisedTime = (value: unknown): unknown =>
  typeof value === 'string' ? (parseTime(value) ?? value) : value;

/** Refuses what is no calendar day `YYYY-MM-DD`. */
export const IsDay = (): PropertyDecorator =>
  rule('isDate', 'must be a date such as 2026-01-31', (value) => typeof value === 'string' && isDate(value));

/** A calendar day `YYYY-MM-DD` that may be left out or `null`. */
export const OptionalDate = (doc: FieldDoc = {}): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (value === '' ? null : value)),
    OptionalOrNull(),
    IsDay(),
    optional({ type: String, format: 'date', nullable: true }, { example: '2026-01-31', ...doc }),
  );

/** An ISO 8601 time with offset, or a day, that may be left out; becomes UTC with milliseconds. */
export const OptionalTime = (doc: FieldDoc = {}): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => normalisedTime(value)),
    Optional(),
    rule(
      'isTime',
      'must be an ISO 8601 time such as 2026-01-31T09:30:00.000Z',
      (value) => typeof value === 'string' && parseTime(value) !== undefined,
    ),
    optional({ type: String, format: 'date-time' }, { example: '2026-01-31T09:30:00.000Z', ...doc }),
  );

/** A JSON object of at most `maxBytes` bytes, at most 32 deep, that may be left out; `null` becomes the empty one. */
export const OptionalJson = (maxBytes: number, doc: FieldDoc = {}): PropertyDecorator =>
  applyDecorators(
    // As sent: class-transformer would rebuild every object inside, and trip over a key `constructor`. What it
    // makes by this type, without looking inside, gives way to the value itself.
    Type(() => Boolean),
    Transform(({ obj, key }: { obj: Record<string, unknown>; key: string }) =>
      obj[key] === null ? {} : obj[key],
    ),
    Optional(),
    rule('isObject', 'must be a JSON object', isPlainObject),
    rule('isShallow', 'must not nest deeper than 32', (value) => isShallowJson(value)),
    rule(
      'isStorableJson',
      'must not hold NUL characters or lone surrogates',
      (value) => !isShallowJson(value) || isStorableJson(value),
    ),
    rule(
      'maxJsonBytes',
      `must be at most ${maxBytes} bytes of JSON`,
      (value) => !isShallowJson(value) || Buffer.byteLength(JSON.stringify(value)) <= maxBytes,
    ),
    optional({ type: 'object', additionalProperties: true, nullable: true }, doc),
  );

const isPlainObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A whole number in a query string, from `min` to `max`, that may be left out. */
export const OptionalInteger = (min: number, max: number, doc: FieldDoc = {}): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value,
    ),
    Optional(),
    IsInt({ message: 'must be a whole number' }),
    Min(min, { message: `must be at least ${min}` }),
    Max(max, { message: `must be at most ${max}` }),
    optional({ type: 'integer', minimum: min, maximum: max }, doc),
  );

/** `true` or `false` in a query string that may be left out. */
export const OptionalBoolean = (doc: FieldDoc = {}): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      value === 'true' ? true : value === 'false' ? false : value,
    ),
    Optional(),
    IsBoolean({ message: 'must be true or false' }),
    optional({ type: Boolean }, doc),
  );
