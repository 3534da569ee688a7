import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A job as the tutorial's entity: the columns of the list. */
@Entity('jobs')
export class TutorialJob {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  ownerId: string;

  @Column('varchar')
  workflowId: string;

  @Column('varchar', { nullable: true })
  externalRef: string | null;

  @Column('varchar')
  title: string;

  @Column('varchar', { nullable: true })
  company: string | null;

  @Column('varchar', { nullable: true })
  location: string | null;

  @Column('varchar', { nullable: true })
  city: string | null;

  @Column('varchar', { nullable: true })
  state: string | null;

  @Column('varchar', { nullable: true })
  jobType: string | null;

  @Column('varchar', { nullable: true })
  industry: string | null;

  @Column('varchar', { nullable: true })
  source: string | null;

  @Column('varchar', { nullable: true })
  url: string | null;

  @Column('double precision', { nullable: true })
  salaryMin: number | null;

  @Column('double precision', { nullable: true })
  salaryMax: number | null;

  @Column('varchar', { nullable: true })
  salaryCurrency: string | null;

  @Column('date', { nullable: true })
  deadline: string | null;

  @Column('text', { array: true })
  tags: string[];

  @Column('varchar')
  currentStatus: string;

  @Column('varchar')
  currentStatusCategory: string;

  @Column('timestamptz')
  currentStatusAt: Date;

  @Column('integer')
  version: number;

  @Column('timestamptz')
  createdAt: Date;

  @Column('timestamptz')
  updatedAt: Date;

  @Column('timestamptz', { nullable: true })
  archivedAt: Date | null;

  @Column('varchar', { nullable: true })
  archiveReason: string | null;

  @Column('boolean')
  archived: boolean;

  /** Only written, so that the product finds its own data when it goes on with the job. */
  @Column('integer')
  lastSeq: number;
}

/** What is selected: everything but `archived`, which only filters, and what is only written. */
export const LISTED = {
  id: true,
  ownerId: true,
  workflowId: true,
  externalRef: true,
  title: true,
  company: true,
  location: true,
  city: true,
  state: true,
  jobType: true,
  industry: true,
  source: true,
  url: true,
  salaryMin: true,
  salaryMax: true,
  salaryCurrency: true,
  deadline: true,
  tags: true,
  currentStatus: true,
  currentStatusCategory: true,
  currentStatusAt: true,
  version: true,
  createdAt: true,
  updatedAt: true,
  archivedAt: true,
  archiveReason: true,
} as const;
