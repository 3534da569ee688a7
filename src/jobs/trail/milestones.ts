/**
 * What a status can be to its workflow beside its category: the job was applied for, answered, offered. A later
 * milestone implies the earlier ones: who is interviewed has applied.
 */
const MILESTONES = { applied_at: 1, answered_at: 2, offered_at: 3 } as const;

/** Conditions on a row of `workflow_statuses` for each time that a job keeps of its trail. */
const conditions = (status: string): [column: string, condition: string][] => [
  ...Object.entries(MILESTONES).map(([column, rank]): [string, string] => [
    column,
    `${status}.milestone >= ${rank}`,
  ]),
  ['deadline_met_at', `${status}.meets_deadline`],
];

/** The columns of `jobs` that say when its trail first reached what. */
export const MILESTONE_COLUMNS = conditions('').map(([column]) => column);

/** SQL that finds, in a grouping of events, when each was first reached. */
export const firstReached = (event: string, occurredAt: string): string =>
  conditions(event)
    .map(([column, condition]) => `min(${occurredAt}) FILTER (WHERE ${condition}) AS ${column}`)
    .join(', ');

/** SQL of an UPDATE of `job` by one event: what it reaches may have been reached earlier. */
export const reachedMilestones = (job: string, event: string, occurredAt: string): string =>
  conditions(event)
    .map(
      ([column, condition]) =>
        `${column} = CASE WHEN ${condition} THEN least(${job}.${column}, ${occurredAt}) ELSE ${job}.${column} END`,
    )
    .join(', ');

/** SQL of an UPDATE of `job` by a grouping of events with the columns of `firstReached`. */
export const earliestMilestones = (job: string, events: string): string =>
  MILESTONE_COLUMNS.map((column) => `${column} = least(${job}.${column}, ${events}.${column})`).join(', ');
