import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { type ExportFormat } from '../job-transfer';
import { User } from '../users';

const TIME = { type: 'timestamptz', precision: 3 } as const;

/** How far an export has come. */
export const EXPORT_STATES = ['queued', 'running', 'done', 'failed'] as const;

/** One of `EXPORT_STATES`. */
export type ExportState = (typeof EXPORT_STATES)[number];

/** An export that is written in the background: what was asked for, and how far it has come. */
@Entity('exports')
@Index('ix_exports_owner_created_at', ['ownerId', 'createdAt'])
@Index('ix_exports_expires_at', ['expiresAt'])
@Check('ck_exports_state', `state IN ('queued', 'running', 'done', 'failed')`)
export class Export {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'pk_exports' })
  id: string;

  /** Who asked for it, and alone may see it. */
  @ForeignKey(() => User, { name: 'fk_exports_owner', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  ownerId: string;

  @Column({ type: 'varchar', length: 10 })
  format: ExportFormat;

  @Column({ type: 'boolean' })
  events: boolean;

  /** Filters and sort of the list, as they were given. */
  @Column({ type: 'jsonb' })
  filters: Record<string, unknown>;

  @Column({ type: 'varchar', length: 10 })
  state: ExportState;

  /** How often its writing was begun; a writer whose attempt is over can write no more. */
  @Column({ type: 'integer', default: 0 })
  attempt: number;

  /** Jobs written so far. */
  @Column({ type: 'integer', default: 0 })
  rows: number;

  /** Jobs to write; `null`: not known yet. */
  @Column({ type: 'integer', nullable: true })
  totalRows: number | null;

  /** Parts of its file. */
  @Column({ type: 'integer', default: 0 })
  chunks: number;

  /** Bytes of its file, compressed. */
  @Column({ type: 'bigint', default: 0 })
  bytes: string;

  @Column(TIME)
  createdAt: Date;

  /** When its writing was last begun: what the file shows. */
  @Column({ ...TIME, nullable: true })
  takenAt: Date | null;

  @Column(TIME)
  expiresAt: Date;
}
