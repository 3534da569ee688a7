import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database';
import { NotFound } from '../platform/http';
import { WorkflowDto } from './workflow.dto';
import { Workflow, WorkflowStatus, WorkflowTransition, type StatusCategory } from './workflow.entity';

/** How long the set of workflows is reused before it is read anew. Milliseconds. */
const REUSE_FOR = 60_000;

/** The workflows, as every part of the program sees them. */
@Injectable()
export class WorkflowService {
  private loaded: Promise<ReadonlyMap<string, WorkflowDto>> | undefined;
  private loadedAt = -Infinity;

  constructor(private readonly database: Database) {}

  /** All workflows in their order. */
  async list(): Promise<WorkflowDto[]> {
    return [...(await this.byId()).values()];
  }

  /** @throws NotFound */
  async get(id: string): Promise<WorkflowDto> {
    const workflow = (await this.byId()).get(id);
    if (workflow === undefined) throw new NotFound('workflow');
    return workflow;
  }

  /**
   * All workflows by id. Read from the database at most once a minute: they change only by migration, and a
   * status is checked again by the statement that writes it.
   */
  async byId(): Promise<ReadonlyMap<string, WorkflowDto>> {
    if (this.loaded === undefined || performance.now() - this.loadedAt > REUSE_FOR) {
      this.loadedAt = performance.now();
      const loading = this.database.reading(() => this.load());
      this.loaded = loading;
      loading.catch(() => {
        this.loaded = undefined;
      });
      return loading;
    }
    // Who waits for another's reading does not fail with that one's transaction.
    return this.loaded.catch(() => this.byId());
  }

  /** Keys of all statuses of the given categories, in any workflow. */
  async statusesIn(categories: readonly StatusCategory[]): Promise<string[]> {
    const all = (await this.list()).flatMap(({ statuses }) => statuses);
    return [...new Set(all.filter(({ category }) => categories.includes(category)).map(({ key }) => key))];
  }

  private async load(): Promise<ReadonlyMap<string, WorkflowDto>> {
    // The running transaction's connection, if there is one: a second one might not be had while it is held.
    const { manager } = this.database;
    const workflows = await manager.find(Workflow, { order: { position: 'ASC' } });
    const statuses = await manager.find(WorkflowStatus, { order: { position: 'ASC' } });
    const transitions = await manager.find(WorkflowTransition);
    return new Map(
      workflows.map(({ id, name, initialStatus }) => {
        const own = statuses.filter(({ workflowId }) => workflowId === id);
        return [
          id,
          { id, name, initialStatus, statuses: own.map(statusDto), transitions: steps(id, own, transitions) },
        ];
      }),
    );
  }
}

const statusDto = ({ key, label, category }: WorkflowStatus) => ({ key, label, category });

const steps = (
  id: string,
  own: WorkflowStatus[],
  transitions: WorkflowTransition[],
): Record<string, string[]> =>
  Object.fromEntries(
    own.map(({ key: from }) => {
      const targets = transitions.filter((step) => step.workflowId === id && step.fromStatus === from);
      return [
        from,
        own.map(({ key }) => key).filter((to) => targets.some(({ toStatus }) => toStatus === to)),
      ];
    }),
  );
