import { ApiProperty } from '@nestjs/swagger';
import { Characters, IsStorable, OptionalText } from '../../platform/validation';
import { EmailField } from '../../users';
import { PASSWORD_CHARACTERS } from '../passwords';

/** Body of a login. */
export class LoginDto {
  @EmailField()
  email!: string;

  @Characters(1, PASSWORD_CHARACTERS.max)
  @IsStorable()
  @ApiProperty({
    type: String,
    format: 'password',
    minLength: 1,
    maxLength: PASSWORD_CHARACTERS.max,
    example: 'correct horse battery staple',
  })
  password!: string;
}

/** Body of a registration. */
export class RegisterDto {
  @EmailField()
  email!: string;

  @Characters(PASSWORD_CHARACTERS.min, PASSWORD_CHARACTERS.max)
  @IsStorable()
  @ApiProperty({
    type: String,
    format: 'password',
    minLength: PASSWORD_CHARACTERS.min,
    maxLength: PASSWORD_CHARACTERS.max,
    description: 'Taken as it is: nothing is trimmed.',
    example: 'correct horse battery staple',
  })
  password!: string;

  @OptionalText(200, { description: 'What to call the user.', example: 'Ada Lovelace' })
  @Characters(0, 200)
  name?: string | null;
}
