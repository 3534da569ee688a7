import { request as httpRequest } from 'node:http';
import { type ImportReportDto } from '../../src/job-transfer/import/import-report.dto';
import { type JobPageDto } from '../../src/jobs/dto/job.dto';
import { type HistoryPageDto } from '../../src/job-status-events/status-event.dto';
import { Database } from '../../src/platform/database';
import { startTestApp, type TestApp, type TestResponse, type TestUser } from '../support/test-app';

let app: TestApp;
let user: TestUser;

beforeAll(async () => {
  app = await startTestApp({ MAX_IMPORT_BYTES: String(2 * 1024 * 1024) });
});
afterAll(() => app.close());
beforeEach(async () => {
  user = await app.register();
});

interface Sending {
  query?: string;
  type?: string;
  as?: TestUser;
  headers?: Record<string, string>;
}

const load = (
  body: unknown,
  { query = '', type = 'application/x-ndjson', as = user, headers = {} }: Sending = {},
): Promise<TestResponse> =>
  app.request('POST', `/api/jobs/import${query}`, {
    token: as.token,
    body,
    headers: { 'content-type': type, ...headers },
  });

const lines = (...jobs: unknown[]): string => jobs.map((job) => JSON.stringify(job)).join('\n');
const counts = ({ body }: TestResponse): number[] => {
  const report = body as ImportReportDto;
  return [report.created, report.updated, report.skipped, report.failed];
};
const codes = ({ body }: TestResponse): [number, string][] =>
  (body as ImportReportDto).errors.map(({ line, code }) => [line, code]);

const get = async (path: string, as = user): Promise<TestResponse['body']> =>
  (await app.request('GET', `/api/jobs${path}`, { token: as.token })).body;
const jobOf = async (ref: string, as = user): Promise<TestResponse['body']> => {
  const { data } = (await get('?archived=all&limit=100', as)) as JobPageDto;
  return get(`/${data.find(({ externalRef }) => externalRef === ref)?.id}`, as);
};
const history = async (ref: string): Promise<[number, string, string, string | null][]> => {
  const { id } = await jobOf(ref);
  const { data } = (await get(`/${id}/status-events?limit=100`)) as HistoryPageDto;
  return data
    .toSorted((one, other) => one.seq - other.seq)
    .map(({ seq, status, occurredAt, note }) => [seq, status, occurredAt, note]);
};

const at = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();

describe('import of hostile lines', () => {
  it('fails each bad line by itself and accounts for every line that is not blank', async () => {
    const good = '{"title":"good"}';
    const deep = `{"title":"x","attributes":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`;
    const deepTags = `{"title":"x","tags":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    const file = Buffer.concat([
      Buffer.from(
        [
          `\ufeff${good}\r`,
          '',
          '{not json',
          '[1]',
          '"text"',
          'null',
          '{"title":"a\\u0000b"}',
          '{"title":"lone \\ud800"}',
          '{"title":"x","attributes":{"lone \\udc00":1}}',
          deep,
          deepTags,
          '{"title":"x","salaryMin":"much"}',
          '{"title":"x","salaryMin":2,"salaryMax":1}',
          '{"title":"x","colour":"red"}',
          '{"title":"x","__proto__":{"admin":true}}',
          '{"title":"x","workflow":"nonsense"}',
          '{"title":"x","status":"nonsense"}',
          '{"title":"x","statusEvents":[]}',
          '{"title":"x","statusEvents":[{"status":"applied","occurredAt":"yesterday"}]}',
          '{"title":"x","archiveReason":"why"}',
          `{"title":"x","createdAt":"${at(10)}"}`,
          `{"title":"x","statusEvents":[{"status":"applied","occurredAt":"${at(10)}"}]}`,
          `{"title":"${'x'.repeat(201)}"}`,
          '{}',
          `{"title":"x","notes":"${'y'.repeat(1_100_000)}"}`,
        ].join('\n') + '\n',
      ),
      Buffer.from([0x7b, 0xff, 0x7d, 0x0a]),
      Buffer.from(`   \n${good}`),
    ]);
    const answer = await load(file);
    expect(answer.status).toBe(200);
    expect(counts(answer)).toEqual([2, 0, 0, 24]);
    const expected: [number, string][] = [
      [3, 'malformed_json'],
      ...Array.from({ length: 21 }, (_, index): [number, string] => [index + 4, 'validation_failed']),
      [25, 'validation_failed'],
      [26, 'invalid_utf8'],
    ];
    expect(codes(answer)).toEqual(expected);
    expect((await get('')).pagination.totalItems).toBe(2);
  });

  it('tells of the first 100 failures only, by line', async () => {
    const answer = await load(Array.from({ length: 700 }, () => '{}').join('\n'));
    expect(answer.body.failed).toBe(700);
    expect(codes(answer).map(([line]) => line)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  });

  it('keeps the rest of a batch when the database refuses one line', async () => {
    // The limit of characters and that of the column agree; a constraint of the test makes them differ.
    await app.query(`ALTER TABLE jobs ADD CONSTRAINT ck_test CHECK (company <> 'refused')`);
    try {
      const jobs = Array.from({ length: 20 }, (_, index) => ({
        title: `job ${index}`,
        company: index === 7 ? 'refused' : 'fine',
      }));
      const answer = await load(lines(...jobs));
      expect(counts(answer)).toEqual([19, 0, 0, 1]);
      expect(codes(answer)).toEqual([[8, 'validation_failed']]);
    } finally {
      await app.query('ALTER TABLE jobs DROP CONSTRAINT ck_test');
    }
  });
});

describe('import of histories', () => {
  it('keeps the order of the file as seq, with note and metadata, whatever the workflow says of transitions', async () => {
    const statusEvents = [
      {
        status: 'completed',
        occurredAt: '2020-01-02T00:00:00Z',
        note: 'n',
        metadata: { a: 1 },
        seq: 9,
        id: 'x',
      },
      { status: 'pending', occurredAt: '2020-01-01T00:00:00Z' },
      { status: 'failed', occurredAt: '2020-01-02T00:00:00Z' },
    ];
    const answer = await load(
      lines({ externalRef: 'r', title: 't', workflow: 'execution', statusEvents, id: 'x', version: 7 }),
    );
    expect(counts(answer)).toEqual([1, 0, 0, 0]);
    expect(await history('r')).toEqual([
      [1, 'completed', '2020-01-02T00:00:00.000Z', 'n'],
      [2, 'pending', '2020-01-01T00:00:00.000Z', null],
      [3, 'failed', '2020-01-02T00:00:00.000Z', null],
    ]);
    expect(await jobOf('r')).toMatchObject({
      currentStatus: 'failed',
      currentStatusAt: '2020-01-02T00:00:00.000Z',
      createdAt: '2020-01-01T00:00:00.000Z',
      version: 1,
    });
  });

  it('gives a job without a history one event: its status at its creation', async () => {
    await load(
      lines({ externalRef: 'r', name: 'named', status: 'applied', createdAt: '2020-01-01T12:00:00+02:00' }),
    );
    expect(await history('r')).toEqual([[1, 'applied', '2020-01-01T10:00:00.000Z', null]]);
    expect(await jobOf('r')).toMatchObject({ title: 'named', createdAt: '2020-01-01T10:00:00.000Z' });
  });

  it('takes a time a little ahead as now', async () => {
    await load(lines({ externalRef: 'r', title: 't', createdAt: at(2), archivedAt: at(2) }));
    const job = await jobOf('r');
    for (const time of [job.createdAt, job.currentStatusAt, job.archivedAt]) {
      expect(new Date(time).getTime()).toBeLessThanOrEqual(Date.now() + 1000);
    }
  });
});

describe('import of jobs that exist', () => {
  const first = {
    externalRef: 'r',
    title: 't',
    company: 'c',
    tags: ['a'],
    attributes: { bb: 1, a: { y: 1, x: 2 } },
  };

  it('fails the line, without onConflict and for a reference that comes twice in the file', async () => {
    const answer = await load(lines(first, { ...first, title: 'again' }));
    expect(counts(answer)).toEqual([1, 0, 0, 1]);
    expect(codes(answer)).toEqual([[2, 'already_exists']]);
    expect(await jobOf('r')).toMatchObject({ title: 't' });
  });

  it('passes over it with onConflict=skip', async () => {
    expect(counts(await load(lines(first, first), { query: '?onConflict=skip' }))).toEqual([1, 0, 1, 0]);
  });

  it('changes with onConflict=update only what the line gives, once, and counts what is so already as skipped', async () => {
    await load(lines(first));
    const query = '?onConflict=update';
    const same = { ...first, attributes: { a: { x: 2, y: 1 }, bb: 1 } };
    expect(counts(await load(lines(same), { query }))).toEqual([0, 0, 1, 0]);
    expect(await jobOf('r')).toMatchObject({ version: 1 });
    const told = {
      externalRef: 'r',
      title: 'new',
      company: null,
      archivedAt: '2024-01-01',
      archiveReason: 'why',
    };
    expect(counts(await load(lines(told), { query }))).toEqual([0, 1, 0, 0]);
    expect(await jobOf('r')).toMatchObject({
      title: 'new',
      company: null,
      tags: ['a'],
      attributes: first.attributes,
      archivedAt: '2024-01-01T00:00:00.000Z',
      archiveReason: 'why',
      version: 2,
    });
    expect(
      counts(await load('externalRef,title,company,archivedAt\nr,new,,\n', { query, type: 'text/csv' })),
    ).toEqual([0, 0, 1, 0]);
    expect(
      counts(await load(lines({ externalRef: 'r', title: 'new', archivedAt: null }), { query })),
    ).toEqual([0, 1, 0, 0]);
    expect(await jobOf('r')).toMatchObject({ archivedAt: null, archiveReason: null, version: 3 });
  });

  it('appends the events that the job lacks under the next seqs, and moves the status only for the newest', async () => {
    const event = (status: string, day: number, note?: string) => ({
      status,
      occurredAt: `2024-01-0${day}T00:00:00.000Z`,
      ...(note === undefined ? {} : { note }),
    });
    await load(lines({ ...first, statusEvents: [event('applied', 2), event('interview', 5)] }));
    const query = '?onConflict=update';
    const more = [
      event('wishlist', 1),
      event('applied', 2, 'known'),
      event('interview', 5),
      event('offer', 4, 'o'),
    ];
    expect(counts(await load(lines({ ...first, statusEvents: more }), { query }))).toEqual([0, 1, 0, 0]);
    expect(await jobOf('r')).toMatchObject({ currentStatus: 'interview', version: 2 });
    const newest = [event('rejected', 5)];
    expect(counts(await load(lines({ ...first, title: 'u', statusEvents: newest }), { query }))).toEqual([
      0, 1, 0, 0,
    ]);
    expect(await history('r')).toEqual([
      [1, 'applied', '2024-01-02T00:00:00.000Z', null],
      [2, 'interview', '2024-01-05T00:00:00.000Z', null],
      [3, 'wishlist', '2024-01-01T00:00:00.000Z', null],
      [4, 'offer', '2024-01-04T00:00:00.000Z', 'o'],
      [5, 'rejected', '2024-01-05T00:00:00.000Z', null],
    ]);
    expect(await jobOf('r')).toMatchObject({ currentStatus: 'rejected', title: 'u', version: 3 });
  });

  it('takes a status without a history as a change now, under the rule of the workflow', async () => {
    await load(lines({ externalRef: 'r', title: 't', workflow: 'execution' }));
    const query = '?onConflict=update';
    const told = { externalRef: 'r', title: 't' };
    const refused = await load(lines({ ...told, status: 'completed' }), { query });
    expect(codes(refused)).toEqual([[1, 'transition_not_allowed']]);
    expect(counts(await load(lines({ ...told, status: 'running' }), { query }))).toEqual([0, 1, 0, 0]);
    expect(counts(await load(lines({ ...told, status: 'running' }), { query }))).toEqual([0, 0, 1, 0]);
    expect(await jobOf('r')).toMatchObject({ currentStatus: 'running', version: 2, workflow: 'execution' });
    const moved = await load(lines({ ...told, workflow: 'posting' }), { query });
    expect(codes(moved)).toEqual([[1, 'validation_failed']]);
  });

  it('rehearses with dryRun: the same counts, and nothing is written', async () => {
    await load(lines(first));
    const other = { externalRef: 's', title: 's' };
    for (const onConflict of ['error', 'skip', 'update']) {
      const file = lines(first, { ...first, title: onConflict }, other, other, {}, { title: 'no reference' });
      const before = await get('?archived=all&sort=title');
      const rehearsed = await load(file, { query: `?dryRun=true&onConflict=${onConflict}` });
      expect(await get('?archived=all&sort=title')).toEqual(before);
      const done = await load(file, { query: `?onConflict=${onConflict}` });
      expect(rehearsed.body).toEqual(done.body);
      await app.query(`DELETE FROM jobs WHERE owner_id = $1 AND external_ref = 's'`, [user.user.id]);
    }
  });

  it('lets two users have the same references', async () => {
    const other = await app.register();
    expect(counts(await load(lines(first)))).toEqual([1, 0, 0, 0]);
    expect(
      counts(await load(lines({ ...first, title: 'theirs' }), { as: other, query: '?onConflict=update' })),
    ).toEqual([1, 0, 0, 0]);
    expect(await jobOf('r')).toMatchObject({ title: 't' });
  });

  it.each(['error', 'skip', 'update'])(
    'makes no duplicate when one user sends a file several times at once (%s)',
    async (onConflict) => {
      const jobs = Array.from({ length: 600 }, (_, index) => ({
        externalRef: `ref-${index}`,
        title: `job ${index}`,
      }));
      const files = [jobs, jobs.toReversed(), jobs.map((job) => ({ ...job, company: 'c' }))];
      const answers = await Promise.all(
        files.map((file) => load(lines(...file), { query: `?onConflict=${onConflict}` })),
      );
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      for (const answer of answers) expect(counts(answer).reduce((sum, count) => sum + count)).toBe(600);
      expect(answers.reduce((sum, { body }) => sum + (body.created as number), 0)).toBe(600);
      const [{ jobs: stored } = { jobs: -1 }] = await app.query<{ jobs: number }>(
        'SELECT count(*)::int AS jobs FROM jobs WHERE owner_id = $1',
        [user.user.id],
      );
      expect(stored).toBe(600);
    },
  );
});

describe('import requests', () => {
  it.each([
    ['application/json', '{"title":"x"}', {}],
    ['text/plain', '{"title":"x"}', {}],
    ['text/csv; charset=iso-8859-1', 'title\nx\n', {}],
    ['application/x-ndjson', 'x', { 'content-encoding': 'gzip' }],
  ])('refuses %s', async (type, body, headers) => {
    expect(await load(body, { type, headers })).toMatchObject({
      status: 415,
      body: { code: 'unsupported_media_type' },
    });
  });

  it('refuses a column that is unknown or comes twice, and writes nothing', async () => {
    for (const [header, named] of [
      ['title,colour', 'colour'],
      ['title,company,company', 'company'],
    ]) {
      const answer = await load(`${header}\na,b,c\n`, { type: 'text/csv' });
      expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
      expect(answer.body.detail).toContain(named);
    }
    expect((await get('')).pagination.totalItems).toBe(0);
  });

  it('refuses an unknown onConflict, and needs a token', async () => {
    expect(await load('', { query: '?onConflict=maybe' })).toMatchObject({ status: 400 });
    expect(await load('', { as: { ...user, token: 'x' } })).toMatchObject({ status: 401 });
  });

  it('takes an empty file of NDJSON', async () => {
    expect(counts(await load('\n\n'))).toEqual([0, 0, 0, 0]);
  });

  it('refuses a body that says it is too large before it reads it', async () => {
    const answer = await load('x'.repeat(2 * 1024 * 1024 + 1));
    expect(answer).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
  });

  it('stops a body that turns out too large, keeps what is written and tells how far it came', async () => {
    const line = `${JSON.stringify({ title: 'x', notes: 'y'.repeat(5000) })}\n`;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let count = 0; count < 500; count++) controller.enqueue(Buffer.from(line));
        controller.close();
      },
    });
    const answer = await load(body);
    expect(answer).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
    const [{ jobs } = { jobs: -1 }] = await app.query<{ jobs: number }>(
      'SELECT count(*)::int AS jobs FROM jobs WHERE owner_id = $1',
      [user.user.id],
    );
    expect(answer.body.report).toEqual({ created: jobs, updated: 0, skipped: 0, failed: 0, errors: [] });
    expect(jobs).toBeGreaterThan(0);
  });

  it('keeps what is written when the client leaves, and holds no connection', async () => {
    const request = httpRequest(`${app.url}/api/jobs/import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${user.token}`, 'content-type': 'application/x-ndjson' },
    });
    const closed = new Promise((resolve) => request.once('close', resolve));
    request.on('error', () => undefined);
    request.write('{"title":"x"}\n'.repeat(1200));
    await until(async () => (await get('?count=exact')).pagination.totalItems === 1000);
    request.destroy();
    await closed;
    await until(() => Promise.resolve(pool().totalCount === pool().idleCount));
    expect((await get('?count=exact')).pagination.totalItems).toBe(1000);
  });
});

const pool = (): Database['pool'] => app.app.get(Database).pool;

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('It did not come to hold within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
