import { type Client } from 'pg';
import { requestBytes } from './http-client';
import { type Program } from './program';

/** Jobs that events are appended to, in turn: many, so that no history becomes long. */
const TARGETS = 20_000;

/** A job that an event can be appended to. */
export interface TargetJob {
  id: string;
  owner_id: string;
}

/**
 * Jobs to append to, picked at random; the same at each time.
 * @param big the owner whose jobs they are with `one`, and are not with `many`
 */
export const appendTargets = async (
  client: Client,
  whose: 'one' | 'many',
  { big }: { big: string },
): Promise<TargetJob[]> => {
  const { rows } = await client.query<TargetJob>(
    `SELECT id, owner_id FROM jobs
     WHERE workflow_id = 'application' AND NOT archived AND (owner_id = $1) = $2
     ORDER BY md5(id::text) LIMIT $3`,
    [big, whose === 'one', TARGETS],
  );
  return rows;
};

/** A request for each of the jobs that appends an event. */
export const appendRequests = (
  program: Pick<Program, 'headers'>,
  targets: readonly TargetJob[],
): Buffer[] => {
  // A token takes longer to sign than the rest.
  const known = new Map<string, Record<string, string>>();
  return targets.map(({ id, owner_id }) => {
    const headers = known.get(owner_id) ?? program.headers(owner_id);
    known.set(owner_id, headers);
    return requestBytes('POST', `/api/jobs/${id}/status-events`, headers, '{"status":"interview"}');
  });
};
