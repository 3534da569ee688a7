import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Session } from './session.entity';

/** A refresh token, known by its hash alone. Spent ones stay until they expire, so that their reuse is noticed. */
@Entity('refresh_tokens')
export class RefreshToken {
  /** SHA-256 of the token's text. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'pk_refresh_tokens' })
  tokenHash!: Buffer;

  @Column('uuid')
  @Index('ix_refresh_tokens_session')
  @ForeignKey(() => Session, { name: 'fk_refresh_tokens_session', onDelete: 'CASCADE' })
  sessionId!: string;

  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  issuedAt!: Date;

  @Column({ type: 'timestamptz', precision: 3 })
  @Index('ix_refresh_tokens_expires_at')
  expiresAt!: Date;

  /** When it was exchanged for its successor; `null`: not yet. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  spentAt!: Date | null;
}
