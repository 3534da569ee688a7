import { ApiProperty } from '@nestjs/swagger';
import { IsString, MinLength } from 'class-validator';
import { Characters, isDate, IsStorable, Optional, rule } from '../platform/validation';
import { IsTimeZone } from '../users';

const QueryDay =
  (description: string): PropertyDecorator =>
  (target, key) => {
    Optional()(target, key);
    rule(
      'isDate',
      'must be a date such as 2026-01-31',
      (value) => typeof value === 'string' && isDate(value),
    )(target, key);
    ApiProperty({ type: String, format: 'date', required: false, description, example: '2026-01-31' })(
      target,
      key,
    );
  };

/** Which jobs are counted. */
export class StatsQueryDto {
  @Optional()
  @IsString({ message: 'must be given once, as a text' })
  @MinLength(1, { message: 'must not be empty' })
  @Characters(0, 50)
  @IsStorable()
  @ApiProperty({
    type: String,
    required: false,
    maxLength: 50,
    description: 'Id of a workflow: only its jobs are counted.',
    example: 'application',
  })
  workflow?: string;

  @QueryDay('Only jobs created on this day of the time zone, or later.')
  from?: string;

  @QueryDay('Only jobs created on this day of the time zone, or earlier.')
  to?: string;

  @Optional()
  @IsTimeZone()
  @ApiProperty({
    type: String,
    required: false,
    maxLength: 64,
    description: 'IANA name of the time zone whose days and months are meant; default: the profile’s.',
    example: 'Europe/Berlin',
  })
  timeZone?: string;
}
