import { ApiProperty } from '@nestjs/swagger';
import { ROLES, type Role } from '../../users';

/** Who is logged in, as answered. */
export class IdentityDto {
  @ApiProperty({ type: String, format: 'uuid', example: '01990a5c-7b3e-7c51-9d5e-3f1b0c2a4d6e' })
  id!: string;

  @ApiProperty({ type: String, format: 'email', example: 'ada@example.com' })
  email!: string;

  @ApiProperty({ type: String, nullable: true, example: 'Ada Lovelace' })
  name!: string | null;

  @ApiProperty({ enum: ROLES, enumName: 'Role', example: 'user' })
  role!: Role;
}

/** The answer to a registration, a login and a refresh. */
export class GrantDto {
  @ApiProperty({
    type: String,
    description: 'Access token: send it as `Authorization: Bearer <token>`.',
    example:
      'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIwMTk5MGE1YyJ9.2vT8bq1Rj0l3Yk5hWn7dQ9sXz4cVu6oPm',
  })
  token!: string;

  @ApiProperty({ type: 'integer', description: 'Seconds until `token` expires.', example: 1800 })
  expiresIn!: number;

  @ApiProperty({
    type: String,
    description: 'Good for one refresh. Keep it secret: whoever has it can continue the session.',
    example: 'q1T8pQ0cW4yXl3h0b1q7oT2mJ5k9sV6uR8nEwZxYaBc',
  })
  refreshToken!: string;

  @ApiProperty({ type: IdentityDto })
  user!: IdentityDto;
}
