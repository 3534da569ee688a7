import type { TestApp, TestUser } from './test-app';

/** Gives every job of a user an event and the status that goes with it, in one transaction. */
export const moveAllJobs = async (
  app: Pick<TestApp, 'query'>,
  { user }: TestUser,
  status: 'applied' | 'interview',
): Promise<void> => {
  await app.query(
    `WITH moved AS (
       UPDATE jobs SET current_status = $2, current_status_category = 'active', current_status_at = now(),
         last_seq = last_seq + 1, version = version + 1, updated_at = now()
       WHERE owner_id = $1 RETURNING id, last_seq
     )
     INSERT INTO job_status_events (job_id, seq, id, status, category, occurred_at, recorded_at, actor_id)
     SELECT id, last_seq, gen_random_uuid(), $2, 'active', now(), now(), $1 FROM moved`,
    [user.id, status],
  );
};

/** A line of an export with events, as far as it tells of the trail. */
interface Line {
  currentStatus: string;
  version: number;
  statusEvents: { status: string }[];
}

/**
 * The states that the jobs of an export with events are in, each once: jobs that have always been moved together are in
 * one, unless the export shows several moments, or a job of one moment with a history of another.
 */
export const statesIn = (ndjson: string): string[] => [
  ...new Set(
    ndjson
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const { currentStatus, version, statusEvents } = JSON.parse(line) as Line;
        return `${currentStatus} ${version} ${statusEvents.map(({ status }) => status).join()}`;
      }),
  ),
];
