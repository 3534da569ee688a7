import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Export } from './export.entity';

/**
 * A part of an export's file. All parts in their order are one gzip stream. In the database, because the instance
 * that answers and the worker that writes may be on different machines.
 */
@Entity('export_chunks')
export class ExportChunk {
  @ForeignKey(() => Export, { name: 'fk_export_chunks_export', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'pk_export_chunks' })
  exportId: string;

  /** From 0, without a gap. */
  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'pk_export_chunks' })
  seq: number;

  @Column({ type: 'bytea' })
  data: Buffer;
}
