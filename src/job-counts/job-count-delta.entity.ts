import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A change of a cell that has not been folded into the counts yet. Written by triggers on `jobs`, in the
 * transaction of the change; deleted by the fold.
 */
@Entity('job_count_deltas')
export class JobCountDelta {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'pk_job_count_deltas' })
  ownerId: string;

  @PrimaryColumn({
    type: 'bigint',
    primaryKeyConstraintName: 'pk_job_count_deltas',
    generatedIdentity: 'ALWAYS',
    generated: 'identity',
  })
  id: string;

  @Column({ type: 'varchar', length: 50 })
  workflowId: string;

  /** The UTC day on which the counted jobs were created. */
  @Column({ type: 'date' })
  cohort: string;

  /** What is counted; `job_count_cells` of the database has them all. */
  @Column({ type: 'varchar', length: 30 })
  figure: string;

  /** Which of it: a status, a day, a company. */
  @Column({ type: 'text', collation: 'C' })
  key: string;

  @Column({ type: 'bigint' })
  jobs: string;

  /** A sum of milliseconds. */
  @Column({ type: 'numeric' })
  ms: string;
}
