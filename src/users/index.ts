export { EmailField, isEmailAddress, MAX_EMAIL_CHARACTERS, normaliseEmail } from './email';
export { cityOf, isTimeZone, OptionalTimeZone, TIME_ZONE_WANTED } from './time-zone';
export { ROLES, User, type Role } from './user.entity';
export { UsersModule } from './users.module';
export { UsersService, type Credentials, type Identity, type ProfileChanges } from './users.service';
