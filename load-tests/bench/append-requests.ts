import { type Client } from 'pg';
import { requestBytes } from './http-client';
import { type Program } from './program';

/** Jobs that events are appended to, in turn: many, so that no history becomes long. */
const TARGETS = 20_000;

/**
 * Requests that append an event, each to another job; the same at each time.
 * @param whose SQL of the jobs `j` that may be chosen
 */
export const appendRequests = async (
  client: Client,
  program: Pick<Program, 'headers'>,
  whose: string,
): Promise<Buffer[]> => {
  const { rows } = await client.query<{ id: string; owner_id: string }>(
    `SELECT j.id, j.owner_id FROM jobs j WHERE j.workflow_id = 'application' AND NOT j.archived AND ${whose}
     ORDER BY md5(j.id::text) LIMIT $1`,
    [TARGETS],
  );
  return rows.map(({ id, owner_id }) =>
    requestBytes(
      'POST',
      `/api/jobs/${id}/status-events`,
      program.headers(owner_id),
      '{"status":"interview"}',
    ),
  );
};
