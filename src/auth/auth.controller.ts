import { Body, Controller, Header, HttpCode, Ip, Post } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Uncompressed } from '../platform/front';
import { ApiProblems, BODY_PROBLEMS, NOT_STORED } from '../platform/http';
import { AuthService } from './auth.service';
import type { SessionCaller } from './caller';
import { CurrentUser, Public } from './decorators';
import { LoginDto, RegisterDto } from './dto/credentials.dto';
import { GrantDto } from './dto/grant.dto';
import { LogoutDto, RefreshDto } from './dto/refresh.dto';

/** Registration and sessions. */
@ApiTags('Accounts')
@Controller('auth')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Post('register')
  @Public()
  @Header('Cache-Control', 'no-store')
  @Uncompressed()
  @ApiOperation({
    summary: 'Create an account',
    description: 'Begins a session as well. The role is always `user`.',
  })
  @ApiCreatedResponse({
    description: 'The account and its first session.',
    type: GrantDto,
    headers: NOT_STORED,
  })
  @ApiProblems(...BODY_PROBLEMS, 'already_exists')
  register(@Body() { email, password, name }: RegisterDto): Promise<GrantDto> {
    return this.auth.register({ email, password, name: name ?? null });
  }

  @Post('login')
  @Public()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @Uncompressed()
  @ApiOperation({
    summary: 'Log in',
    description:
      'A wrong password and an unknown e-mail are answered alike. After 10 failed logins within 15 minutes the ' +
      'address is paused for this e-mail, until the oldest of the ten is 15 minutes old; IPv6 addresses count by /64.',
  })
  @ApiOkResponse({ description: 'A new session.', type: GrantDto, headers: NOT_STORED })
  @ApiProblems(...BODY_PROBLEMS, 'unauthenticated')
  login(@Body() { email, password }: LoginDto, @Ip() ip: string): Promise<GrantDto> {
    return this.auth.login({ ip, email }, password);
  }

  @Post('refresh')
  @Public()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @Uncompressed()
  @ApiOperation({
    summary: 'Exchange a refresh token',
    description:
      'The refresh token is spent and another takes its place. Using a spent one revokes the session, so that ' +
      'none of its refresh tokens works any more: whoever stole one, or was stolen from, has to log in again.',
  })
  @ApiOkResponse({ description: 'The session, continued.', type: GrantDto, headers: NOT_STORED })
  @ApiProblems(...BODY_PROBLEMS, 'unauthenticated')
  refresh(@Body() { refreshToken }: RefreshDto): Promise<GrantDto> {
    return this.auth.refresh(refreshToken);
  }

  @Post('logout')
  @HttpCode(204)
  @ApiBearerAuth('bearer')
  @ApiOperation({
    summary: 'Log out',
    description:
      'Revokes the session of the access token, and that of `refreshToken` if it is given and the caller’s. ' +
      'Refresh tokens stop working at once; an access token is believed until it expires.',
  })
  @ApiBody({ type: LogoutDto, required: false })
  @ApiNoContentResponse({ description: 'The session is over.' })
  @ApiProblems(...BODY_PROBLEMS, 401)
  async logout(@CurrentUser() caller: SessionCaller, @Body() { refreshToken }: LogoutDto): Promise<void> {
    await this.auth.logout(caller, refreshToken);
  }
}
