import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Cached } from '../platform/front';
import { ApiProblems, BODY_PROBLEMS } from '../platform/http';
import { UsersService, type User } from '../users';
import { Unauthenticated } from './auth.errors';
import type { Caller } from './caller';
import { CurrentUser } from './decorators';
import { ProfileDto, toProfile, UpdateProfileDto } from './dto/profile.dto';

/** The caller's own account. */
@ApiTags('Accounts')
@ApiBearerAuth('bearer')
@Controller('profile')
export class ProfileController {
  constructor(private readonly users: UsersService) {}

  @Get()
  @Cached({ namespace: 'profile' })
  @ApiOperation({ summary: 'Read your account' })
  @ApiOkResponse({ description: 'Your account.', type: ProfileDto })
  @ApiProblems(400, 401)
  async read(@CurrentUser() caller: Caller): Promise<ProfileDto> {
    return toProfile(known(await this.users.find(caller.id)));
  }

  @Patch()
  @ApiOperation({ summary: 'Change your name or time zone', description: 'What is left out stays as it is.' })
  @ApiOkResponse({ description: 'Your account as it is now.', type: ProfileDto })
  @ApiProblems(...BODY_PROBLEMS, 401)
  async update(@CurrentUser() caller: Caller, @Body() changes: UpdateProfileDto): Promise<ProfileDto> {
    return toProfile(known(await this.users.change(caller.id, changes)));
  }
}

/** A token may outlive its account. */
const known = (user: User | null): User => {
  if (user === null) throw new Unauthenticated('This account is gone.');
  return user;
};
