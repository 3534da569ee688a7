import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

const KEY = { primaryKeyConstraintName: 'pk_company_counts' } as const;

/** How many jobs of all time an owner has at a company, up to the deltas that are still to be folded into it. */
@Entity('company_counts')
// Descending by jobs, which TypeORM's decorators cannot say: made by the migration, left alone by the generator.
@Index('ix_company_counts_top', { synchronize: false })
export class CompanyCount {
  @PrimaryColumn({ type: 'uuid', ...KEY })
  ownerId: string;

  /** The empty text: jobs of any workflow. */
  @PrimaryColumn({ type: 'varchar', length: 50, ...KEY })
  workflowId: string;

  /** The company's name, its case folded. */
  @PrimaryColumn({ type: 'text', collation: 'C', ...KEY })
  companyKey: string;

  @Column({ type: 'bigint' })
  jobs: string;
}
