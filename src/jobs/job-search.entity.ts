import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Job } from './job.entity';

/** What a job is searched by. Written by triggers on `jobs`, never by the program. */
@Entity('job_search')
// A GIN index, which TypeORM's decorators cannot say: made by the migration, left alone by the generator.
@Index('ix_job_search_facets', { synchronize: false })
@Index('ix_job_search_owner_created_at', ['ownerId', 'archived', 'createdAt', 'jobId'])
export class JobSearch {
  @ForeignKey(() => Job, { name: 'fk_job_search_job', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'pk_job_search' })
  jobId: string;

  @Column({ type: 'uuid' })
  ownerId: string;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt: Date;

  @Column({ type: 'boolean' })
  archived: boolean;

  @Column({ type: 'tsvector' })
  facets: string;
}
