import { DataSource } from 'typeorm';
import { databaseConfig, parseEnvironment } from '../../src/config';
import { runMigrations } from '../../src/platform/database';
import { schema } from '../../src/schema';
import { SearchByOwner1767225600016 } from '../../src/schema/migrations/1767225600016-search-by-owner';
import { SearchByOwnerOnly1767225600017 } from '../../src/schema/migrations/1767225600017-search-by-owner-only';
import { JobApi } from '../support/job-api';
import { startTestApp, type TestApp } from '../support/test-app';
import { createEmptyDatabase, withAdmin } from '../support/test-database';

/** Everything that searching is made of. */
const FORM = `
  SELECT format('%s %s', attname, format_type(atttypid, atttypmod)) AS part FROM pg_attribute
  WHERE attrelid = 'job_search'::regclass AND attnum > 0 AND attnotnull
  UNION ALL
  SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'job_search'::regclass
  UNION ALL
  SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'job_search'::regclass
  UNION ALL
  SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'jobs'::regclass AND tgname ~ 'search'
  UNION ALL
  SELECT pg_get_functiondef(oid) FROM pg_proc
  WHERE pronamespace = 'public'::regnamespace AND proname ~ '^(facet|fold_|index_|job_facets|quote_lexeme|search_|tag_lexemes)'
    AND prolang <> (SELECT oid FROM pg_language WHERE lanname = 'c')
  ORDER BY 1`;

let app: TestApp;
let api: JobApi;
beforeAll(async () => {
  app = await startTestApp();
});
beforeEach(async () => {
  api = await JobApi.ofNewUser(app);
});
afterAll(() => app.close());

const migrate = async (direction: 'up' | 'down'): Promise<void> => {
  const runner = app.app.get(DataSource).createQueryRunner();
  await runner.startTransaction();
  try {
    const migrations = [new SearchByOwner1767225600016(), new SearchByOwnerOnly1767225600017()];
    for (const migration of direction === 'up' ? migrations : migrations.reverse())
      await migration[direction](runner);
    await runner.commitTransaction();
  } finally {
    await runner.release();
  }
};

const form = async (url = app.databaseUrl): Promise<string[]> =>
  withAdmin(url, async (client) => (await client.query<{ part: string }>(FORM)).rows.map(({ part }) => part));

/** The same, of a database that has never been further than the migration before. */
const formBefore = async (): Promise<string[]> => {
  const database = await createEmptyDatabase();
  try {
    const migrations = schema.migrations.slice(0, schema.migrations.indexOf(SearchByOwner1767225600016));
    await runMigrations(databaseConfig(parseEnvironment({}), database.url), { ...schema, migrations });
    return await form(database.url);
  } finally {
    await database.drop();
  }
};

/** Search rows that are not those of their jobs, or are not there. */
const wrongRows = (columns: readonly string[]): Promise<unknown[]> => {
  const names = (row: string) => ['owner_id', ...columns].map((name) => `${row}.${name}`).join(', ');
  return app.query(
    `SELECT * FROM jobs j FULL JOIN job_search s ON s.job_id = j.id
     WHERE (${names('s')}, s.facets) IS DISTINCT FROM (${names('j')}, job_facets(j.*))`,
  );
};
const CURRENT_COLUMNS = ['created_at', 'archived'];

const found = async (query: string): Promise<unknown[]> => {
  const { status, body } = await api.get(`?sort=title&fields=title&${query}`);
  expect(status).toBe(200);
  return (body as { data: { title: unknown }[] }).data.map(({ title }) => title);
};

const create = async (title: string): Promise<string> =>
  (await api.create({ title, company: 'Acme', tags: ['Remote'], city: `City of ${title}` })).id;

describe('Upgrading what jobs are searched by', () => {
  it('finds jobs made before, between and after, by word, tag and company', async () => {
    await create('1 newer');
    await migrate('down');
    await create('2 older');
    const archived = await create('3 older');
    expect((await api.call('POST', `/${archived}/archive`)).status).toBe(200);
    await migrate('up');
    await create('4 newest');
    const open = ['1 newer', '2 older', '4 newest'];
    for (const query of ['company=ACME', 'tags=remote', 'q=acm', 'workflow=application']) {
      expect([query, await found(query)]).toEqual([query, open]);
      expect(await found(`${query}&archived=true`)).toEqual(['3 older']);
    }
    expect(await found('q=older&archived=all')).toEqual(['2 older', '3 older']);
    expect(await found('city=city%20of%202%20older')).toEqual(['2 older']);
  });

  it('keeps what it repeats of jobs true, as they were and as they change', async () => {
    await migrate('down');
    const [kept, archived, restored] = [
      await create('kept'),
      await create('archived'),
      await create('restored'),
    ];
    for (const id of [archived, restored]) await api.call('POST', `/${id}/archive`);
    await app.query(`UPDATE jobs SET created_at = created_at - interval '1 year' WHERE id = $1`, [archived]);
    await migrate('up');
    expect(await wrongRows(CURRENT_COLUMNS)).toEqual([]);
    expect((await api.call('POST', `/${kept}/archive`)).status).toBe(200);
    expect((await api.call('POST', `/${restored}/restore`)).status).toBe(200);
    expect((await api.call('DELETE', `/${archived}`)).status).toBe(204);
    expect(await wrongRows(CURRENT_COLUMNS)).toEqual([]);
    expect([await found(''), await found('q=acme')]).toEqual([['restored'], ['restored']]);
    expect(await found('q=acme&archived=true')).toEqual(['kept']);
  });

  it('is taken back to the form before, with every job in it, and done again', async () => {
    await create('both');
    const current = await form();
    await migrate('down');
    const earlier = await form();
    expect(earlier).toEqual(await formBefore());
    expect(earlier).not.toEqual(current);
    await create('back');
    expect(await wrongRows([])).toEqual([]);
    const rows = await app.query<{ title: string }>(
      `SELECT j.title FROM job_search s JOIN jobs j ON j.id = s.job_id
       WHERE s.owner_id = $1 AND s.facets @@ facet_query('{company}', '{ACME}', 'bo')`,
      [api.user.user.id],
    );
    expect(rows).toEqual([{ title: 'both' }]);
    await migrate('up');
    expect(await form()).toEqual(current);
    expect(await wrongRows(CURRENT_COLUMNS)).toEqual([]);
  });
});
