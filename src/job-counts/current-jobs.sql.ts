/** Which jobs are counted, each part as SQL. */
export interface CurrentJobs {
  /** The owner's id. */
  owner: string;
  /** Values of `jobs.archived` that count. */
  archived: readonly boolean[];
  /** Conditions on `c`: its `workflow_id`, and its `key`, which is the current status. */
  where: readonly string[];
}

/** The figures that jobs are counted under by whether they are archived. */
const figuresOf = (archived: readonly boolean[]): string =>
  archived.map((value) => (value ? `'archived'` : `'status'`)).join(', ');

/**
 * Hidden from the planner, which knows that many cells are of all time, but not that few of those are of statuses, and
 * would read the whole table for the ten that there are.
 */
const ALL_TIME = `(SELECT date '-infinity')`;

/**
 * SQL for the number of an owner's jobs by workflow and current status, exact in the snapshot of the statement around
 * it. It is summed from a cell a status and the deltas that are still to be folded, however many jobs there are.
 * `OFFSET 0` has all those cells read before `where` chooses among them: the workflow is the last column of the index, and
 * Postgres 18 takes a skip scan to it for dearer than the whole table.
 */
export const currentJobs = ({ owner, archived, where }: CurrentJobs): string => `(
  SELECT coalesce(sum(c.jobs), 0)::int FROM (
    (SELECT c.workflow_id, c.key, c.jobs FROM job_counts c
    WHERE c.owner_id = ${owner} AND c.cohort = ${ALL_TIME} AND c.figure IN (${figuresOf(archived)})
    OFFSET 0)
    UNION ALL
    SELECT d.workflow_id, d.key, d.jobs FROM job_count_deltas d
    WHERE d.owner_id = ${owner} AND d.figure IN (${figuresOf(archived)})
  ) c
  ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`}
)`;
