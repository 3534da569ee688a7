import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsString, MinLength } from 'class-validator';
import { Characters } from './characters';
import { Optional } from './fields';
import { IsDay } from './typed-fields';
import { IsStorable } from './storable-text';

/** A text of 1 to `max` characters in a query string that may be left out. */
export const QueryText = (max: number, description: string, example: string): PropertyDecorator =>
  applyDecorators(
    Optional(),
    IsString({ message: 'must be given once, as a text' }),
    MinLength(1, { message: 'must not be empty' }),
    Characters(0, max),
    IsStorable(),
    ApiProperty({ type: String, required: false, maxLength: max, description, example }),
  );

/** A calendar day in a query string that may be left out; unlike in a body, an empty value is a wrong one. */
export const QueryDate = (description: string): PropertyDecorator =>
  applyDecorators(
    Optional(),
    IsDay(),
    ApiProperty({ type: String, format: 'date', required: false, description, example: '2026-01-31' }),
  );
