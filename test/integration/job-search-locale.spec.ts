import { migrateDatabase } from '../../src/schema';
import { JobApi } from '../support/job-api';
import { startTestApp, type TestApp } from '../support/test-app';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database';

/** The characters that facets may wrongly be taken apart by, next to those that words and quotes end at. */
const HOSTILE_TAGS = [
  'a\u001fb',
  'a\u001f\u001eB',
  '\u001f',
  "it's",
  'back\\slash',
  'x","Y',
  ' Two  Words ',
  '=&:*',
];

const FIELDS = {
  title: 'Größter  Müller-Straße c++/C# ΟΔΟΣ 東京 ÉTÉ_2',
  company: "Café d'Été & Söhne",
  location: 'ZÜRICH',
  city: 'Łódź',
  state: 'Île-de-France',
  jobType: 'Full-Time',
  industry: 'IT & Söhne',
  source: 'Référence',
};

/** What a job is searched by, as the documentation says it and without the database. */
const facetsOf = (workflow: string, fields: Record<string, unknown>): string[] => {
  const { title, tags = [], ...texts } = fields as { title: string; tags?: string[]; company?: string };
  const words = `${title} ${texts.company ?? ''}`.toLowerCase().match(/[\p{L}\p{Nd}+#]+/gu) ?? [];
  const facets = [
    `workflow=${workflow}`,
    ...Object.entries(texts).map(([name, text]) => `${name}=${text.toLowerCase()}`),
    ...tags.map((tag) => `tag=${tag.toLowerCase()}`),
    ...words.map((word) => `word=${word}`),
  ];
  return [...new Set(facets)].sort();
};

const LOCALES: [string, 'C' | undefined][] = [
  ['the locale of the server', undefined],
  ['the locale C', 'C'],
];

describe.each(LOCALES)('On a database with %s', (_name, locale) => {
  let database: TestDatabase;
  let app: TestApp;
  let api: JobApi;

  beforeAll(async () => {
    database = await createEmptyDatabase(locale === undefined ? {} : { locale });
    await migrateDatabase(database.url);
    app = await startTestApp({}, { databaseUrl: database.url });
    api = await JobApi.ofNewUser(app);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const found = async (query: Record<string, string>): Promise<string[]> => {
    const { body } = await api.get(`?${new URLSearchParams(query).toString()}`);
    return (body as { data: { id: string }[] }).data.map(({ id }) => id);
  };

  it.each(['müller', 'MÜLLER', 'café', '東京', 'straße', 'été', 'c++', 'c#', 'οδος', 'größ'])(
    'q=%s finds the job whose title or company has it, and no other',
    async (word) => {
      const own = await JobApi.ofNewUser(app);
      const { id } = await own.create(FIELDS);
      await own.create({ title: 'Muller Cafe Strasse' });
      const { body } = await own.get(`?q=${encodeURIComponent(word)}`);
      expect((body as { data: { id: string }[] }).data.map((job) => job.id)).toEqual([id]);
    },
  );

  it('whole values are found whatever their case, and each tag as it is', async () => {
    const { id } = await api.create({ ...FIELDS, tags: HOSTILE_TAGS });
    const { title: _title, ...texts } = FIELDS;
    for (const [name, text] of Object.entries(texts)) {
      expect([name, await found({ [name]: text.toUpperCase() })]).toEqual([name, [id]]);
    }
    for (const tag of HOSTILE_TAGS) {
      const rows = await app.query<{ found: boolean }>(
        `SELECT facets @@ facet_query(owner_id, '{tag}', ARRAY[$2], '', NULL) AS found FROM job_search WHERE job_id = $1`,
        [id, tag.toUpperCase()],
      );
      expect([tag, rows]).toEqual([tag, [{ found: true }]]);
    }
  });

  it.each([
    ['with everything', { ...FIELDS, tags: HOSTILE_TAGS }],
    ['with usual tags', { title: 'Programmer', tags: ['Remote', 'Über uns', 'c++'] }],
    ['without tags', { title: 'Programmer', tags: [] }],
    ['whose title has no word', { title: '-- ! --' }],
    ['with a word twice', { title: 'Data data', company: 'DATA' }],
  ])('a job %s is searched by exactly its values, tags and words', async (_job, fields) => {
    const { id } = await api.create(fields);
    const ofOwner = (lexemes: string[]): string[] => {
      const group = api.user.user.id.slice(-3);
      return lexemes.map((lexeme) => group + lexeme);
    };
    const facets = async (): Promise<string[]> => {
      const [row] = await app.query<{ lexemes: string[] }>(
        'SELECT tsvector_to_array(facets) AS lexemes FROM job_search WHERE job_id = $1',
        [id],
      );
      return [...(row?.lexemes ?? [])].sort();
    };
    expect(await facets()).toEqual(ofOwner(facetsOf('application', fields)));
    await api.patch(id, { title: 'Übersetzer', tags: ['neu'] });
    expect(await facets()).toEqual(
      ofOwner(facetsOf('application', { ...fields, title: 'Übersetzer', tags: ['neu'] })),
    );
  });
});
