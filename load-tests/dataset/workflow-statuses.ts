import { type Client } from 'pg';

/** What the database says of a status of a workflow. */
export interface StatusFacts {
  category: string;
  /** 1 applied, 2 answered, 3 offered. */
  milestone: number | null;
  meetsDeadline: boolean;
}

/** Workflow -> status -> what is known of it. */
export type WorkflowStatuses = ReadonlyMap<string, ReadonlyMap<string, StatusFacts>>;

/** Reads the statuses of all workflows. */
export const readStatuses = async (client: Client): Promise<WorkflowStatuses> => {
  const { rows } = await client.query<StatusFacts & { workflow: string; key: string }>(
    `SELECT workflow_id AS workflow, key, category, milestone, meets_deadline AS "meetsDeadline"
     FROM workflow_statuses`,
  );
  const statuses = new Map<string, Map<string, StatusFacts>>();
  for (const { workflow, key, ...facts } of rows) {
    statuses.set(workflow, (statuses.get(workflow) ?? new Map<string, StatusFacts>()).set(key, facts));
  }
  return statuses;
};

/** When a job first reached what; milliseconds since 1970. */
export interface Milestones {
  appliedAt: number | null;
  answeredAt: number | null;
  offeredAt: number | null;
  deadlineMetAt: number | null;
}

/** The milestones of a trail, in any order. */
export const milestonesOf = (events: readonly { facts: StatusFacts; occurredAt: number }[]): Milestones => {
  const first = (reaches: (facts: StatusFacts) => boolean): number | null => {
    const times = events.filter(({ facts }) => reaches(facts)).map(({ occurredAt }) => occurredAt);
    return times.length === 0 ? null : Math.min(...times);
  };
  return {
    appliedAt: first(({ milestone }) => (milestone ?? 0) >= 1),
    answeredAt: first(({ milestone }) => (milestone ?? 0) >= 2),
    offeredAt: first(({ milestone }) => (milestone ?? 0) >= 3),
    deadlineMetAt: first(({ meetsDeadline }) => meetsDeadline),
  };
};
