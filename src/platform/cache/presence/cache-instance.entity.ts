import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A process that works on this database, and where it announces what it writes. */
@Entity('cache_instances')
export class CacheInstance {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'pk_cache_instances' })
  id: string;

  /** Who shares a channel hears of each other's writes; `null`: announces nothing now. */
  @Column({ type: 'text', nullable: true })
  channel: string | null;

  /** By the database's clock. A row that has not been renewed for 10 s is of a process that has ended. */
  @Column({ type: 'timestamptz', precision: 3 })
  renewedAt: Date;
}
