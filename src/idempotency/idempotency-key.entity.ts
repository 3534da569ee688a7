import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { User } from '../users';

const TIME = { type: 'timestamptz', precision: 3 } as const;

/** The first answer to a request with an `Idempotency-Key`, kept for 24 hours. */
@Entity('idempotency_keys')
@Index('ix_idempotency_keys_expires_at', ['expiresAt'])
export class IdempotencyKey {
  @ForeignKey(() => User, { name: 'fk_idempotency_keys_owner', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'pk_idempotency_keys' })
  ownerId: string;

  @PrimaryColumn({ type: 'varchar', length: 255, primaryKeyConstraintName: 'pk_idempotency_keys' })
  key: string;

  /** SHA-256 over method, path, query and body. */
  @Column({ type: 'bytea' })
  requestHash: Buffer;

  @Column({ type: 'smallint' })
  status: number;

  @Column({ type: 'jsonb' })
  headers: Record<string, string>;

  @Column({ type: 'text' })
  body: string;

  @Column(TIME)
  createdAt: Date;

  @Column(TIME)
  expiresAt: Date;
}
