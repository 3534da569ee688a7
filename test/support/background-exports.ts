import { randomUUID } from 'node:crypto';
import { ExportWriter } from '../../src/exports/export-writer';
import type { TestApp, TestResponse, TestUser } from './test-app';

/** Sends `POST /api/exports` as it is. */
export const postExport = (
  app: TestApp,
  user: TestUser,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<TestResponse> => app.request('POST', '/api/exports', { token: user.token, body, headers });

/** Asks for an export in the background; gives its id. */
export const askForExport = async (app: TestApp, user: TestUser, body: object = {}): Promise<string> => {
  const answer = await postExport(app, user, { format: 'ndjson', ...body });
  if (answer.status !== 202) throw new Error(`POST /api/exports: ${answer.status} ${answer.text}`);
  return String(answer.body.id);
};

/** How far it has come, for its owner. */
export const standingOf = (app: TestApp, user: TestUser, id: string): Promise<TestResponse> =>
  app.request('GET', `/api/exports/${id}`, { token: user.token });

/** Its file. */
export const fileOf = (
  app: TestApp,
  user: TestUser,
  id: string,
  headers: Record<string, string> = {},
): Promise<TestResponse> => app.request('GET', `/api/exports/${id}/file`, { token: user.token, headers });

/** Writes it as a worker does, in the application itself. */
export const writeExport = (
  app: TestApp,
  exportId: string,
  { attempt = 1, signal = new AbortController().signal }: { attempt?: number; signal?: AbortSignal } = {},
): Promise<void> => app.app.get(ExportWriter).write({ exportId }, { id: randomUUID(), attempt, signal });

/** Asks for one and writes it; gives its id. */
export const writtenExport = async (app: TestApp, user: TestUser): Promise<string> => {
  const id = await askForExport(app, user);
  await writeExport(app, id);
  return id;
};

/** How many rows a table has, where a condition holds for them. */
export const countOf = async (
  app: Pick<TestApp, 'query'>,
  table: string,
  where = 'true',
  values: unknown[] = [],
): Promise<number> =>
  (await app.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM ${table} WHERE ${where}`, values))[0]
    ?.rows ?? -1;

/** How many exports someone has, in whatever state. */
export const exportsOf = (app: Pick<TestApp, 'query'>, { user }: TestUser): Promise<number> =>
  countOf(app, 'exports', 'owner_id = $1', [user.id]);

/** How often the writing of an export is in the queue. */
export const workFor = (app: Pick<TestApp, 'query'>, id: string): Promise<number> =>
  countOf(app, 'queue.job', `name = 'write-export' AND data->>'exportId' = $1`, [id]);

/** How many connections of the application have a transaction open. */
export const openTransactions = async (app: Pick<TestApp, 'query'>): Promise<number> =>
  (
    await app.query<{ open: number }>(
      `SELECT count(*)::int AS open FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'jobtrail' AND xact_start IS NOT NULL`,
    )
  )[0]?.open ?? -1;

/** Gives someone three jobs that differ in title, company, status and what a CSV has to escape. */
export const addThreeJobs = async (app: TestApp, user: TestUser): Promise<void> => {
  for (const job of [
    { title: 'b', company: 'X', tags: ['+a', 'b'], status: 'applied' },
    { title: 'a', company: 'x', notes: '=1+1, "quoted"\n' },
    { title: 'c', company: 'y' },
  ])
    expect(await app.request('POST', '/api/jobs', { token: user.token, body: job })).toMatchObject({
      status: 201,
    });
};

/** Imports jobs. @throws Error unless all are created */
export const importJobs = async (app: TestApp, user: TestUser, jobs: object[]): Promise<void> => {
  const answer = await app.request('POST', '/api/jobs/import', {
    token: user.token,
    body: jobs.map((job) => JSON.stringify(job)).join('\n'),
    headers: { 'content-type': 'application/x-ndjson' },
  });
  if (answer.body?.created !== jobs.length) throw new Error(`The import answered ${answer.text}`);
};
