import { ApiProperty } from '@nestjs/swagger';
import { Characters, OptionalText } from '../../platform/validation';
import { OptionalTimeZone, type User } from '../../users';
import { IdentityDto } from './grant.dto';

/** A user's own account, as answered. */
export class ProfileDto extends IdentityDto {
  @ApiProperty({ type: String, description: 'IANA name of the time zone.', example: 'Europe/Berlin' })
  timeZone!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-15T09:30:00.000Z' })
  createdAt!: Date;
}

/** Body of a change of the own account; what is left out stays. */
export class UpdateProfileDto {
  @OptionalText(200, { description: 'What to call the user; `null` clears it.', example: 'Ada King' })
  @Characters(0, 200)
  name?: string | null;

  @OptionalTimeZone(
    'IANA name of a time zone. Deadlines and statistics follow its days. CET, EET, MET and WET become the cities that they ' +
      'stand for.',
  )
  timeZone?: string;
}

/** What of an account its owner sees. */
export const toProfile = ({ id, email, name, role, timeZone, createdAt }: User): ProfileDto => ({
  id,
  email,
  name,
  role,
  timeZone,
  createdAt,
});
