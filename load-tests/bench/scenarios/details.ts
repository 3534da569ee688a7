import { type Scenario } from '../bench';
import { inTurn, overHttp, runContest } from '../contest';
import { requestBytes } from '../http-client';

/** One job, and its history, of jobs spread over all owners. */
export const details: Scenario = async ({ program, database, rounds }) => {
  const { rows } = await database.client.query<{ id: string; owner_id: string }>(
    `SELECT id, owner_id FROM jobs WHERE owner_id = ANY ($1) ORDER BY md5(id::text) LIMIT 2000`,
    [database.owners.ordinary],
  );
  const get = (suffix: string): Buffer[] =>
    rows.map(({ id, owner_id }) =>
      requestBytes('GET', `/api/jobs/${id}${suffix}`, program.headers(owner_id)),
    );
  const outcomes = await runContest(
    [
      overHttp('history of one job', program, inTurn(get('/status-events'))),
      overHttp('one job', program, inTurn(get(''))),
    ],
    rounds,
  );
  return { title: 'One job and its history', outcomes, targets: [] };
};
