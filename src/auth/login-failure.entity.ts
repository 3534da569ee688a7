import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The recent failed logins of one address for one e-mail, whether that has an account or not. */
@Entity('login_failures')
@Check('ck_login_failures_count', `cardinality(failed_at) BETWEEN 1 AND 10`)
export class LoginFailure {
  /** An IPv4 address, the /64 of an IPv6 address, or `unknown`. */
  @PrimaryColumn('varchar', { length: 45, primaryKeyConstraintName: 'pk_login_failures' })
  address!: string;

  @PrimaryColumn('varchar', { length: 254, primaryKeyConstraintName: 'pk_login_failures' })
  email!: string;

  /** Oldest first, 1 to 10; those that have left the window go with the next failure. */
  @Column({ type: 'timestamptz', array: true })
  failedAt!: Date[];

  @Column({ type: 'timestamptz', precision: 3 })
  @Index('ix_login_failures_last_failed_at')
  lastFailedAt!: Date;
}
