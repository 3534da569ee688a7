import { ApiProperty } from '@nestjs/swagger';
import { Characters, Optional } from '../../platform/validation';
import { REFRESH_TOKEN_CHARACTERS } from '../refresh-token-text';

const example = 'q1T8pQ0cW4yXl3h0b1q7oT2mJ5k9sV6uR8nEwZxYaBc';

/** Body of a refresh. */
export class RefreshDto {
  @Characters(1, 200)
  @ApiProperty({
    type: String,
    minLength: 1,
    maxLength: 200,
    description: `The latest refresh token of the session, ${REFRESH_TOKEN_CHARACTERS} characters of base64url.`,
    example,
  })
  refreshToken!: string;
}

/** Body of a logout; may be left out. */
export class LogoutDto {
  @Optional()
  @Characters(1, 200)
  @ApiProperty({
    type: String,
    required: false,
    minLength: 1,
    maxLength: 200,
    description: 'A refresh token whose session ends as well, if it is the caller’s.',
    example,
  })
  refreshToken?: string;
}
