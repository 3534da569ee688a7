import { Column, Entity, PrimaryColumn } from 'typeorm';

const KEY = { primaryKeyConstraintName: 'pk_job_counts' } as const;

/** A cell of what is counted of an owner's jobs, up to the deltas that are still to be folded into it. */
@Entity('job_counts')
export class JobCount {
  @PrimaryColumn({ type: 'uuid', ...KEY })
  ownerId: string;

  @PrimaryColumn({ type: 'varchar', length: 30, ...KEY })
  figure: string;

  /** The UTC day on which the counted jobs were created; `-infinity`: jobs of all time. */
  @PrimaryColumn({ type: 'date', ...KEY })
  cohort: string;

  @PrimaryColumn({ type: 'text', collation: 'C', ...KEY })
  key: string;

  @PrimaryColumn({ type: 'varchar', length: 50, ...KEY })
  workflowId: string;

  @Column({ type: 'bigint' })
  jobs: string;

  @Column({ type: 'numeric' })
  ms: string;
}
