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
 * SQL for the number of an owner's jobs by workflow and current status, exact in the snapshot of the statement around
 * it. It is summed from a cell a status and the deltas that are still to be folded, however many jobs there are.
 */
export const currentJobs = ({ owner, archived, where }: CurrentJobs): string => `(
  SELECT coalesce(sum(c.jobs), 0)::int FROM (
    SELECT c.workflow_id, c.key, c.jobs FROM job_counts c
    WHERE c.owner_id = ${owner} AND c.cohort = '-infinity' AND c.figure IN (${figuresOf(archived)})
    UNION ALL
    SELECT d.workflow_id, d.key, d.jobs FROM job_count_deltas d
    WHERE d.owner_id = ${owner} AND d.figure IN (${figuresOf(archived)})
  ) c
  ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`}
)`;
