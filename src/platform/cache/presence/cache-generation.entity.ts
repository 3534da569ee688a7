import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** One row: the token that every cached answer carries, replaced when answers from before must not be used. */
@Entity('cache_generation')
@Check('ck_cache_generation_one_row', 'id = 1')
export class CacheGeneration {
  @PrimaryColumn({ type: 'smallint', primaryKeyConstraintName: 'pk_cache_generation' })
  id: number;

  @Column({ type: 'uuid' })
  generation: string;

  /** The channel of the process that entered last. */
  @Column({ type: 'text', nullable: true })
  channel: string | null;
}
