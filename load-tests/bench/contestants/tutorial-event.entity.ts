import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A status event as the tutorial's entity. */
@Entity('job_status_events')
export class TutorialEvent {
  @PrimaryColumn('uuid')
  jobId: string;

  @PrimaryColumn('integer')
  seq: number;

  @Column('uuid')
  id: string;

  @Column('varchar')
  status: string;

  @Column('varchar')
  category: string;

  @Column('jsonb')
  metadata: Record<string, unknown>;

  @Column('timestamptz')
  occurredAt: Date;

  @Column('timestamptz')
  recordedAt: Date;

  @Column('uuid')
  actorId: string;
}
