import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { User } from '../users';
import { Workflow, type StatusCategory } from '../workflows';

const OPTIONAL_TEXT = { type: 'varchar', nullable: true } as const;
const TIME = { type: 'timestamptz', precision: 3 } as const;

/**
 * A job and, denormalised onto it, where its trail stands: the status of the newest event by
 * `(occurredAt, seq)`, and the last `seq` given out. Limits of the texts are in characters.
 */
@Entity('jobs')
@Index('uq_jobs_owner_external_ref', ['ownerId', 'externalRef'], { unique: true })
@Index('ix_jobs_owner_created_at', ['ownerId', 'archived', 'createdAt', 'id'])
@Index('ix_jobs_owner_updated_at', ['ownerId', 'archived', 'updatedAt', 'id'])
@Index('ix_jobs_owner_title_key', ['ownerId', 'archived', 'titleKey', 'id'])
@Index('ix_jobs_owner_company_key', ['ownerId', 'archived', 'companyKey', 'id'])
@Index('ix_jobs_owner_deadline', ['ownerId', 'archived', 'deadline', 'id'])
@Index('ix_jobs_owner_current_status_at', ['ownerId', 'archived', 'currentStatusAt', 'id'])
@Index('ix_jobs_owner_status_created_at', ['ownerId', 'archived', 'currentStatus', 'createdAt', 'id'])
@Index('ix_jobs_time_to_offer', { synchronize: false })
// On an expression and partial, which TypeORM's decorators cannot say: made by a migration.
@Index('ix_jobs_owner_sample', { synchronize: false })
@Check('ck_jobs_salary', 'salary_min >= 0 AND salary_max >= 0 AND salary_min <= salary_max')
@Check('ck_jobs_archive_reason', 'archive_reason IS NULL OR archived_at IS NOT NULL')
export class Job {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'pk_jobs' })
  id: string;

  @ForeignKey(() => User, { name: 'fk_jobs_owner', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  ownerId: string;

  @ForeignKey(() => Workflow, { name: 'fk_jobs_workflow' })
  @Column({ type: 'varchar', length: 50 })
  workflowId: string;

  @Column({ ...OPTIONAL_TEXT, length: 200 })
  externalRef: string | null;

  @Column({ type: 'varchar', length: 200 })
  title: string;

  @Column({ ...OPTIONAL_TEXT, length: 200 })
  company: string | null;

  @Column({ ...OPTIONAL_TEXT, length: 500 })
  location: string | null;

  @Column({ ...OPTIONAL_TEXT, length: 200 })
  city: string | null;

  @Column({ ...OPTIONAL_TEXT, length: 200 })
  state: string | null;

  @Column({ ...OPTIONAL_TEXT, length: 200 })
  jobType: string | null;

  @Column({ ...OPTIONAL_TEXT, length: 200 })
  industry: string | null;

  @Column({ ...OPTIONAL_TEXT, length: 200 })
  source: string | null;

  @Column({ ...OPTIONAL_TEXT, length: 2048 })
  url: string | null;

  @Column({ ...OPTIONAL_TEXT, length: 10_000 })
  description: string | null;

  @Column({ ...OPTIONAL_TEXT, length: 10_000 })
  notes: string | null;

  @Column({ type: 'double precision', nullable: true })
  salaryMin: number | null;

  @Column({ type: 'double precision', nullable: true })
  salaryMax: number | null;

  /** ISO 4217. */
  @Column({ ...OPTIONAL_TEXT, length: 3 })
  salaryCurrency: string | null;

  /** A calendar day, `YYYY-MM-DD`. */
  @Column({ type: 'date', nullable: true })
  deadline: string | null;

  @Column({ type: 'text', array: true, default: [] })
  tags: string[];

  @Column({ type: 'jsonb', default: {} })
  attributes: Record<string, unknown>;

  @Column({ type: 'varchar', length: 50 })
  currentStatus: string;

  @Column({ type: 'varchar', length: 10 })
  currentStatusCategory: StatusCategory;

  @Column(TIME)
  currentStatusAt: Date;

  /** The `seq` of the event that was recorded last. */
  @Column({ type: 'integer' })
  lastSeq: number;

  /** Counts the accepted changes of the job, from 1. */
  @Column({ type: 'integer', default: 1 })
  version: number;

  @Column(TIME)
  createdAt: Date;

  @Column(TIME)
  updatedAt: Date;

  @Column({ ...TIME, nullable: true })
  archivedAt: Date | null;

  @Column({ ...OPTIONAL_TEXT, length: 2000 })
  archiveReason: string | null;

  /** When the trail first reached a status that means: applied. So with the next two. */
  @Column({ ...TIME, nullable: true })
  appliedAt: Date | null;

  @Column({ ...TIME, nullable: true })
  answeredAt: Date | null;

  @Column({ ...TIME, nullable: true })
  offeredAt: Date | null;

  /** When it first reached a status that a deadline is for. */
  @Column({ ...TIME, nullable: true })
  deadlineMetAt: Date | null;

  @Column({
    type: 'boolean',
    asExpression: 'archived_at IS NOT NULL',
    generatedType: 'STORED',
    select: false,
  })
  archived: boolean;

  @Column({
    type: 'text',
    collation: 'C',
    asExpression: 'lower(title COLLATE "und-x-icu")',
    generatedType: 'STORED',
    select: false,
  })
  titleKey: string;

  @Column({
    type: 'text',
    collation: 'C',
    nullable: true,
    asExpression: 'lower(company COLLATE "und-x-icu")',
    generatedType: 'STORED',
    select: false,
  })
  companyKey: string | null;
}
