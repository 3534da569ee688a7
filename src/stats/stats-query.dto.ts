import { QueryDate, QueryText } from '../platform/validation';
import { OptionalTimeZone } from '../users';

/** Which jobs are counted. */
export class StatsQueryDto {
  @QueryText(50, 'Id of a workflow: only its jobs are counted.', 'application')
  workflow?: string;

  @QueryDate('Only jobs created on this day of the time zone, or later.')
  from?: string;

  @QueryDate('Only jobs created on this day of the time zone, or earlier.')
  to?: string;

  @OptionalTimeZone('IANA name of the time zone whose days and months are meant; default: the profile’s.')
  timeZone?: string;
}
