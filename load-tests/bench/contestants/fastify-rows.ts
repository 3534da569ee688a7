import fastify, { type RouteShorthandOptions } from 'fastify';
import { Pool, types } from 'pg';
import { JOB_FIELDS, ROW_FIELDS, type JobField } from '../../../src/jobs/job-json';
import { announce } from './announce';
import { LIMIT, paginationOf } from './page-envelope';

/*
 * Baseline: `fastify-pg`, but Postgres gives columns and the program makes the JSON of them: by `JSON.stringify`, or with
 * `SERIALIZER=schema` by the function that Fastify compiles from a schema of the answer.
 */

/** What the columns of a row are as they come, if not text; times are turned into text by `pg` or the serializer. */
const TYPES: Partial<Record<JobField, object>> = {
  salaryMin: { type: ['number', 'null'] },
  salaryMax: { type: ['number', 'null'] },
  tags: { type: 'array', items: { type: 'string' } },
  currentStatusAt: { type: 'string', format: 'date-time' },
  version: { type: 'integer' },
  createdAt: { type: 'string', format: 'date-time' },
  updatedAt: { type: 'string', format: 'date-time' },
  archivedAt: { type: ['string', 'null'], format: 'date-time' },
};

const ROW = {
  type: 'object',
  properties: Object.fromEntries(
    ROW_FIELDS.map((field) => [field, TYPES[field] ?? { type: ['string', 'null'] }]),
  ),
};

const PAGE = {
  type: 'object',
  properties: {
    data: { type: 'array', items: ROW },
    pagination: {
      type: 'object',
      properties: {
        page: { type: 'integer' },
        limit: { type: 'integer' },
        totalItems: { type: 'integer' },
        totalPages: { type: 'integer' },
        countMode: { type: 'string' },
        hasNextPage: { type: 'boolean' },
        hasPreviousPage: { type: 'boolean' },
        nextCursor: { type: ['string', 'null'] },
        previousCursor: { type: 'null' },
      },
    },
  },
};

/** The column of a field; the list's JSON formats times, which `pg` does here. */
const column = (field: JobField): string => `${/j\.\w+/.exec(JOB_FIELDS[field])?.[0] ?? ''} AS "${field}"`;

const FIRST_PAGE = `
  SELECT ${ROW_FIELDS.map(column).join(', ')},
         (SELECT count(*)::int FROM (
            SELECT FROM jobs WHERE owner_id = $1 AND NOT archived LIMIT 1001) c) AS total
  FROM jobs j WHERE owner_id = $1 AND NOT archived ORDER BY created_at DESC, id DESC LIMIT ${LIMIT + 1}`;

interface Row {
  id: string;
  createdAt: Date;
  total?: number;
}

// A date stays the text that it is; `pg` would make a time of it, in the server's zone.
types.setTypeParser(types.builtins.DATE, (text) => text);
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 20 });
const app = fastify();
const options: RouteShorthandOptions =
  process.env.SERIALIZER === 'schema' ? { schema: { response: { 200: PAGE } } } : {};

app.get('/api/jobs', options, async (request, reply) => {
  const ownerId = String(request.headers['x-owner-id']);
  const { rows } = await pool.query<Row>({ name: 'first-page', text: FIRST_PAGE, values: [ownerId] });
  const total = rows[0]?.total ?? 0;
  const data = rows.slice(0, LIMIT);
  for (const row of data) delete row.total;
  const last = rows.length > LIMIT ? data.at(-1) : undefined;
  const key = last && { key: last.createdAt.toISOString(), id: last.id };
  void reply.type('application/json; charset=utf-8');
  return { data, pagination: paginationOf(ownerId, total, key) };
});

void app.listen({ port: 0, host: '127.0.0.1' }).then(() => announce(app.server.address()));
