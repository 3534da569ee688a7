import { type Client } from 'pg';

/** The figures as a tutorial reads them: grouped from the rows, at each request. $1 owner. */
const TEXTS = [
  `SELECT current_status, current_status_category, count(*) FROM jobs WHERE owner_id = $1 GROUP BY 1, 2`,
  `SELECT date_trunc('month', created_at) AS month, count(*) FROM jobs
   WHERE owner_id = $1 AND created_at >= date_trunc('month', now()) - interval '11 months' GROUP BY 1 ORDER BY 1`,
  `SELECT status, avg(ended_at - occurred_at) FROM (
     SELECT e.status, e.occurred_at,
            lead(e.occurred_at) OVER (PARTITION BY e.job_id ORDER BY e.occurred_at, e.seq) AS ended_at
     FROM job_status_events e JOIN jobs j ON j.id = e.job_id WHERE j.owner_id = $1
   ) s WHERE ended_at IS NOT NULL GROUP BY 1`,
];

/** Reads counts by status, jobs created per month and average stays of an owner, one after the other. */
export const readTutorialStats = async (client: Client, owner: string): Promise<void> => {
  for (const text of TEXTS) await client.query(text, [owner]);
};
