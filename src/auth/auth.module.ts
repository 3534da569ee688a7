import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { UsersModule } from '../users';
import { AccessTokens } from './access-tokens';
import { AuthController } from './auth.controller';
import { AuthGuard } from './auth.guard';
import { AuthService } from './auth.service';
import { ExpiredSessions } from './expired-sessions';
import { FirstAdmin } from './first-admin';
import { LoginBrake } from './login-brake';
import { LoginTurns } from './login-turns';
import { Passwords } from './passwords';
import { ProfileController } from './profile.controller';
import { RecentUsersQuery } from './recent-users.query';
import { Sessions } from './sessions';

/** Who calls: registration, sessions, tokens, and the guard before every route of the program. */
@Module({
  imports: [UsersModule],
  controllers: [AuthController, ProfileController],
  providers: [
    AccessTokens,
    AuthGuard,
    { provide: APP_GUARD, useExisting: AuthGuard },
    AuthService,
    ExpiredSessions,
    FirstAdmin,
    LoginBrake,
    LoginTurns,
    Passwords,
    RecentUsersQuery,
    Sessions,
  ],
  exports: [AccessTokens, AuthService, RecentUsersQuery],
})
export class AuthModule {}
