import type { TestApp } from './test-app';

/** A job as far as skills go. */
export interface TaggedJob {
  tags: readonly string[];
  archived?: boolean;
}

/**
 * Puts jobs into the database past the program, many at once. Ids come from `salt` and number alone, so that
 * what is drawn by them is the same in every run that has the same.
 */
export const insertTaggedJobs = async (
  app: Pick<TestApp, 'query'>,
  ownerId: string,
  jobs: readonly TaggedJob[],
  salt = ownerId,
): Promise<void> => {
  await app.query(
    `INSERT INTO jobs (id, owner_id, workflow_id, title, tags, current_status, current_status_category,
       current_status_at, last_seq, created_at, updated_at, archived_at)
     SELECT md5($3 || n)::uuid, $1, 'application', 'Job ' || n,
       ARRAY(SELECT jsonb_array_elements_text(job -> 'tags')), 'wishlist', 'todo', now(), 1,
       timestamptz '2026-01-01' + n * interval '1 minute', now(), CASE WHEN (job ->> 'archived')::boolean THEN now() END
     FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY AS j (job, n)`,
    [ownerId, JSON.stringify(jobs), salt],
  );
};
