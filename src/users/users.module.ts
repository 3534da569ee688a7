import { Module } from '@nestjs/common';
import { UsersService } from './users.service';

/** Accounts; their routes are those of `auth`, which knows who calls. */
@Module({ providers: [UsersService], exports: [UsersService] })
export class UsersModule {}
