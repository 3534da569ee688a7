import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsString, Matches, ValidateIf } from 'class-validator';
import { Characters } from './characters';
import { IsStorable } from './storable-text';

/** What every field says of itself in Swagger. */
export interface FieldDoc {
  description?: string;
  example?: unknown;
}

/** A field that may be left out; `null` is a wrong value. */
export const Optional = (): PropertyDecorator => ValidateIf((_object, value) => value !== undefined);

/** A field that may be left out or be `null`, which clears it. */
export const OptionalOrNull = (): PropertyDecorator =>
  ValidateIf((_object, value) => value !== undefined && value !== null);

/** A text of 1 to `max` characters that is not only white space. */
export const RequiredText = (max: number, doc: FieldDoc = {}): PropertyDecorator =>
  applyDecorators(
    IsString({ message: 'must be a text' }),
    Characters(0, max),
    Matches(/\S/, { message: 'must not be blank' }),
    IsStorable(),
    ApiProperty({ type: String, minLength: 1, maxLength: max, ...doc }),
  );

/** As `RequiredText`, but may be left out. */
export const OptionalNonBlankText = (max: number, doc: FieldDoc = {}): PropertyDecorator =>
  applyDecorators(
    Optional(),
    IsString({ message: 'must be a text' }),
    Characters(0, max),
    Matches(/\S/, { message: 'must not be blank' }),
    IsStorable(),
    ApiProperty({
      type: String,
      required: false,
      minLength: 1,
      maxLength: max,
      ...doc,
    }),
  );

/** A text of at most `max` characters that may be left out or `null`; the empty text becomes `null`. */
export const OptionalText = (max: number, doc: FieldDoc = {}): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (value === '' ? null : value)),
    OptionalOrNull(),
    IsString({ message: 'must be a text' }),
    Characters(0, max),
    IsStorable(),
    ApiProperty({
      type: String,
      required: false,
      nullable: true,
      maxLength: max,
      ...doc,
    }),
  );
