import { JobApi } from '../support/job-api';
import { PATIENT, startTestApp, type TestApp, type TestResponse } from '../support/test-app';

let app: TestApp;
let api: JobApi;
beforeAll(async () => {
  app = await startTestApp(PATIENT);
  api = await JobApi.ofNewUser(app);
  const rows = Array.from({ length: 101 }, (_, n) => ({ title: `T ${n}` }));
  for (const row of rows) await api.create(row);
});
afterAll(() => app.close());

describe('the parameters of the list', () => {
  const refused = ({ status, body }: TestResponse) => [status, (body as { code: string }).code];

  it('limit has an alias, a default of 20 and the bounds 1 and 100', async () => {
    for (const [query, rows] of [
      ['', 20],
      ['?limit=1', 1],
      ['?limit=100', 100],
      ['?page_size=7', 7],
      ['?page_size=7&limit=7', 7],
    ] as const) {
      const { body } = await api.get(query);
      expect([body.data.length, body.pagination.limit]).toEqual([rows, rows]);
    }
  });

  it('fields are those asked for, in the order of the answer', async () => {
    const { text } = await api.get('?limit=1&fields=version,id,title,id');
    expect(text).toMatch(/^\{"data":\[\{"id":"[^"]+","title":"[^"]+","version":1\}\]/);
  });

  it.each(['/', '?', '/?limit=20', '?limit=20&'])(
    'a slash or a mark at the end changes nothing: %s',
    async (end) => {
      const answer = await api.get(end);
      expect(answer.status).toBe(200);
      expect(answer.body.data).toEqual((await api.get('')).body.data);
    },
  );

  it.each([
    'limit=0',
    'limit=101',
    'limit=-1',
    'limit=1.5',
    'limit=',
    'limit=1e1',
    'limit=%2B5',
    'limit=٣',
    'limit=５',
    'limit[]=5',
    'limit=5&limit=6',
    'limit=99999999999999999999',
    'page=0',
    'page=-1',
    'page=x',
    'page=99999999999',
    'page_size=5&limit=6',
    'sort=',
    'sort=nothing',
    'sort=--title',
    'sort=title&sort=company',
    'sort[]=title',
    'sort=constructor',
    'sort=-__proto__',
    'status=nothing',
    'status=',
    'status=applied,',
    'status=applied,nothing',
    'status=%00',
    'category=applied',
    'category=',
    'workflow=nothing',
    'workflow=%00',
    'workflow=toString',
    'company=',
    'company=a&company=b',
    'company[x]=1',
    `company=${'x'.repeat(201)}`,
    `location=${'x'.repeat(501)}`,
    'company=%00',
    'title=x',
    'unknown=1',
    'q=a',
    'q=',
    `q=${'x'.repeat(101)}`,
    'q=%26%26',
    'q=ab%00',
    'tags=',
    'tags=a,,b',
    `tags=${'x'.repeat(51)}`,
    `tags=${Array(51).fill('a').join()}`,
    'createdFrom=yesterday',
    'createdFrom=2026-02-30',
    'createdFrom=',
    'createdFrom=2026-01-01T00:00:00',
    'createdTo=9999999',
    'createdFrom=2026-02-01&createdTo=2026-01-01',
    'deadlineFrom=',
    'deadlineTo=2026-13-01',
    'deadlineFrom=2026-01-01T00:00:00Z',
    'deadlineFrom=٢٠٢٦-01-01',
    'deadlineFrom=0000-01-01',
    'deadlineFrom=2026-02-01&deadlineTo=2026-01-01',
    'salaryMin=-1',
    'salaryMin=NaN',
    'salaryMin=Infinity',
    'salaryMin=1e400',
    'salaryMin=1.001',
    'salaryMin=',
    'salaryMin=2&salaryMax=1',
    'archived=yes',
    'archived=',
    'archived=ALL',
    'ownerId=me',
    'ownerId=',
    'count=some',
    'count=',
    'fields=',
    'fields=secret',
    'fields=id,notes',
    'fields=description',
    'fields=constructor',
    'paginate=no',
    'paginate=',
    'cursor=',
  ])('a value that means nothing is refused: %s', async (query) => {
    expect(refused(await api.get(`?${query}`))).toEqual([400, 'validation_failed']);
  });

  it.each([
    'company=%ED%A0%80',
    'q=%ED%A0%80x',
    'q=%ff%fe',
    'company=%',
    'q=%E0%A4%A',
    `q=${'%F0%9F%A6%80'.repeat(50)}`,
    "q=';DROP TABLE jobs;--",
    'q=a%27%5C%3A*',
    'company=%5C%27',
    'tags=%5C,%27',
    'q=½½',
    'q=%C2%AD%C2%ADa',
    'createdFrom=0001-01-01',
    'createdTo=9999-12-31T23:59:59.999Z',
    'createdFrom=0001-01-01T00:00:00%2B14:00',
    'deadlineFrom=0001-01-01&deadlineTo=9999-12-31',
    'salaryMin=999999999999.99',
    `cursor=${'A'.repeat(4000)}`,
    `cursor=${'A'.repeat(5000)}`,
    'cursor=%00',
    '%00=1',
    '&&&=&',
    'a=1&'.repeat(2000),
  ])('a hostile value is answered, not crashed on: %s', async (query) => {
    expect((await api.get(`?${query}`)).status).toBeLessThan(500);
    expect((await api.get('?limit=1')).status).toBe(200);
  });

  it('ownerId names another’s jobs for admins only; absent owners have none', async () => {
    const admin = new JobApi(app, await app.registerAdmin());
    const owner = api.user.user.id;
    const shown = (await admin.get(`?ownerId=${owner}&limit=1`)).body as { data: { ownerId: string }[] };
    expect(shown.data.map(({ ownerId }) => ownerId)).toEqual([owner]);
    expect((await admin.get('')).body.data).toEqual([]);
    expect((await admin.get('?ownerId=00000000-0000-4000-8000-000000000000')).body.data).toEqual([]);
    expect(refused(await api.get(`?ownerId=${admin.user.user.id}`))).toEqual([403, 'forbidden']);
    for (const own of [owner, owner.toUpperCase()])
      expect((await api.get(`?ownerId=${own}`)).status).toBe(200);
  });
});
