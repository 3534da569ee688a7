import { randomUUID } from 'node:crypto';
import { ExportWriter } from '../../src/exports/export-writer';
import type { TestApp, TestResponse, TestUser } from './test-app';

/** Asks for an export in the background; gives its id. */
export const askForExport = async (app: TestApp, user: TestUser, body: object = {}): Promise<string> => {
  const answer = await app.request('POST', '/api/exports', {
    token: user.token,
    body: { format: 'ndjson', ...body },
  });
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

/** How many connections of the application have a transaction open. */
export const openTransactions = async (app: Pick<TestApp, 'query'>): Promise<number> =>
  (
    await app.query<{ open: number }>(
      `SELECT count(*)::int AS open FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'jobtrail' AND xact_start IS NOT NULL`,
    )
  )[0]?.open ?? -1;

/** Imports jobs. @throws Error unless all are created */
export const importJobs = async (app: TestApp, user: TestUser, jobs: object[]): Promise<void> => {
  const answer = await app.request('POST', '/api/jobs/import', {
    token: user.token,
    body: jobs.map((job) => JSON.stringify(job)).join('\n'),
    headers: { 'content-type': 'application/x-ndjson' },
  });
  if (answer.body?.created !== jobs.length) throw new Error(`The import answered ${answer.text}`);
};
