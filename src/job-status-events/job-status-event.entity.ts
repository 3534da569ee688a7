import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Job } from '../jobs';
import { type StatusCategory } from '../workflows';

const KEY = { primaryKeyConstraintName: 'pk_job_status_events' } as const;
const TIME = { type: 'timestamptz', precision: 3 } as const;

/** A change of status. Written once; triggers refuse every change, and a deletion but with the job's. */
@Entity('job_status_events')
@Index('ix_job_status_events_history', ['jobId', 'occurredAt', 'seq'])
@Check('ck_job_status_events_seq', 'seq >= 1')
export class JobStatusEvent {
  @ForeignKey(() => Job, { name: 'fk_job_status_events_job', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'uuid', ...KEY })
  jobId: string;

  /** Order of recording within the job, from 1, without a gap. */
  @PrimaryColumn({ type: 'integer', ...KEY })
  seq: number;

  @Column({ type: 'uuid' })
  id: string;

  @Column({ type: 'varchar', length: 50 })
  status: string;

  @Column({ type: 'varchar', length: 10 })
  category: StatusCategory;

  @Column({ type: 'varchar', length: 2000, nullable: true })
  note: string | null;

  @Column({ type: 'jsonb', default: {} })
  metadata: Record<string, unknown>;

  /** When it happened; may lie before events that were recorded earlier. */
  @Column(TIME)
  occurredAt: Date;

  @Column(TIME)
  recordedAt: Date;

  /** Who recorded it. No foreign key: the trail outlives its actors. */
  @Column({ type: 'uuid' })
  actorId: string;
}
