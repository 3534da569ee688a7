import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** Every role there is; `admin` may do what `user` may, and see another's by `ownerId`. */
export const ROLES = ['user', 'admin'] as const;

/** What a user may do. */
export type Role = (typeof ROLES)[number];

/** An account. */
@Entity('users')
@Unique('uq_users_email', ['email'])
@Check('ck_users_email_lower', `email = lower(email)`)
@Check('ck_users_role', `role IN ('user', 'admin')`)
export class User {
  /** UUIDv7. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_users' })
  id!: string;

  /** Trimmed, lower case, ASCII; at most 254 characters. */
  @Column('varchar', { length: 254 })
  email!: string;

  /** argon2id in PHC format. */
  @Column('text', { select: false })
  passwordHash!: string;

  @Column('varchar', { length: 200, nullable: true })
  name!: string | null;

  @Column('varchar', { length: 10, default: 'user' })
  role!: Role;

  /** IANA name; the day of deadlines and statistics is this zone's. */
  @Column('varchar', { length: 64, default: 'UTC' })
  timeZone!: string;

  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  updatedAt!: Date;
}
