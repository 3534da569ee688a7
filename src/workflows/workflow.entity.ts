import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** Categories that every status falls in; what stats and filters over all workflows speak of. */
export const STATUS_CATEGORIES = ['todo', 'active', 'success', 'failure', 'dropped'] as const;

/** One of `STATUS_CATEGORIES`. */
export type StatusCategory = (typeof STATUS_CATEGORIES)[number];

/** A set of statuses and the steps allowed between them. */
@Entity('workflows')
export class Workflow {
  @PrimaryColumn({ type: 'varchar', length: 50, primaryKeyConstraintName: 'pk_workflows' })
  id: string;

  @Column({ type: 'varchar', length: 100 })
  name: string;

  @Column({ type: 'varchar', length: 50 })
  initialStatus: string;

  @Column({ type: 'integer' })
  position: number;
}

/** A status of a workflow. */
@Entity('workflow_statuses')
@Check('ck_workflow_statuses_category', `category IN ('todo', 'active', 'success', 'failure', 'dropped')`)
@Check('ck_workflow_statuses_milestone', 'milestone BETWEEN 1 AND 3')
export class WorkflowStatus {
  @ForeignKey(() => Workflow, { name: 'fk_workflow_statuses_workflow', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'varchar', length: 50, primaryKeyConstraintName: 'pk_workflow_statuses' })
  workflowId: string;

  @PrimaryColumn({ type: 'varchar', length: 50, primaryKeyConstraintName: 'pk_workflow_statuses' })
  key: string;

  @Column({ type: 'varchar', length: 100 })
  label: string;

  @Column({ type: 'varchar', length: 10 })
  category: StatusCategory;

  @Column({ type: 'integer' })
  position: number;

  /** What the status means to statistics: 1 applied, 2 answered, 3 offered; a later one implies the earlier. */
  @Column({ type: 'smallint', nullable: true })
  milestone: number | null;

  /** Whether a job that reaches the status has done what its deadline is for. */
  @Column({ type: 'boolean', default: false })
  meetsDeadline: boolean;
}

/** A step that a workflow allows. */
@Entity('workflow_transitions')
@ForeignKey(() => WorkflowStatus, ['workflowId', 'fromStatus'], ['workflowId', 'key'], {
  name: 'fk_workflow_transitions_from',
  onDelete: 'CASCADE',
})
@ForeignKey(() => WorkflowStatus, ['workflowId', 'toStatus'], ['workflowId', 'key'], {
  name: 'fk_workflow_transitions_to',
  onDelete: 'CASCADE',
})
export class WorkflowTransition {
  @PrimaryColumn({ type: 'varchar', length: 50, primaryKeyConstraintName: 'pk_workflow_transitions' })
  workflowId: string;

  @PrimaryColumn({ type: 'varchar', length: 50, primaryKeyConstraintName: 'pk_workflow_transitions' })
  fromStatus: string;

  @PrimaryColumn({ type: 'varchar', length: 50, primaryKeyConstraintName: 'pk_workflow_transitions' })
  toStatus: string;
}
