import { type Client } from 'pg';
import { Database } from '../../../src/platform/database';
import { type JobApi } from '../job-api';
import { type TestApp } from '../test-app';
import { explain, statementsOf, type Executed, type Planning } from './explain';
import { type AnsweredPage } from './walk-list';

/** What a request was answered, and what its statements did when executed again, by how they were planned. */
export interface Measured extends Record<Planning, Executed[]> {
  body: AnsweredPage & Record<string, unknown>;
}

/** Whose requests are sent, and by which connection their statements are executed again. */
export interface Measuring {
  app: TestApp;
  api: JobApi;
  client: Client;
}

/** Sends a request, and executes the statements that it took again, planned in each way. */
export const executionsOf = async ({ app, api, client }: Measuring, path: string): Promise<Measured> => {
  let body: unknown;
  const sent = await statementsOf(app.app.get(Database).pool, async () => {
    const answer = await api.get(path);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    body = answer.body;
  });
  expect(sent.length).toBeGreaterThan(0);
  const queries = sent.filter(({ text }) => !text.startsWith('EXPLAIN'));
  const run = async (planning: Planning): Promise<Executed[]> => {
    const executed: Executed[] = [];
    for (const query of queries) {
      // Only what has a name is prepared, and only what is prepared may get a generic plan.
      const as = query.name === undefined && planning === 'generic' ? 'custom' : planning;
      executed.push(await explain(client, query, as));
    }
    return executed;
  };
  return {
    body: body as Measured['body'],
    custom: await run('custom'),
    generic: await run('generic'),
    big: await run('big'),
    apart: await run('apart'),
  };
};
