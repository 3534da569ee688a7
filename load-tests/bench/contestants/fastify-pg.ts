import fastify from 'fastify';
import { Pool } from 'pg';
import { rowJson, ROW_FIELDS } from '../../../src/jobs/job-json';
import { announce } from './announce';
import { firstPagination, LIMIT } from './page-envelope';

/**
 * Baseline: the first page as somebody would write it by hand for speed alone. Bare Fastify, one prepared
 * query that gives the rows as JSON and the total; no authentication, validation, limits or logging.
 */
const FIRST_PAGE = `
  SELECT string_agg(${rowJson(ROW_FIELDS)}, ',' ORDER BY j.created_at DESC, j.id DESC) FILTER (WHERE j.rn <= ${LIMIT}) AS rows,
         (SELECT count(*)::int FROM (
            SELECT FROM jobs WHERE owner_id = $1 AND NOT archived LIMIT 1001) c) AS total,
         min(to_char(j.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) FILTER (WHERE j.rn = ${LIMIT}) AS key,
         min(j.id::text) FILTER (WHERE j.rn = ${LIMIT}) AS id,
         count(*)::int AS fetched
  FROM (
    SELECT *, row_number() OVER (ORDER BY created_at DESC, id DESC) AS rn FROM jobs
    WHERE owner_id = $1 AND NOT archived ORDER BY created_at DESC, id DESC LIMIT ${LIMIT + 1}
  ) j`;

interface FirstPage {
  rows: string | null;
  total: number;
  key: string;
  id: string;
  fetched: number;
}

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 20 });
const app = fastify();

app.get('/api/jobs', async (request, reply) => {
  const ownerId = String(request.headers['x-owner-id']);
  const { rows } = await pool.query<FirstPage>({ name: 'first-page', text: FIRST_PAGE, values: [ownerId] });
  const page = rows[0]!;
  const last = page.fetched > LIMIT ? { key: page.key, id: page.id } : undefined;
  void reply.type('application/json; charset=utf-8');
  return `{"data":[${page.rows ?? ''}],"pagination":${firstPagination(ownerId, page.total, last)}}`;
});

void app.listen({ port: 0, host: '127.0.0.1' }).then(() => announce(app.server.address()));
