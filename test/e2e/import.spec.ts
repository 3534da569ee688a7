import { codes, counts, ImportApi, lines } from '../support/import-api';
import { startTestApp, type TestApp } from '../support/test-app';

let app: TestApp;
let api: ImportApi;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  api = await ImportApi.ofNewUser(app);
});

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
    const answer = await api.load(file);
    expect(answer.status).toBe(200);
    expect(counts(answer)).toEqual([2, 0, 0, 24]);
    const expected: [number, string][] = [
      [3, 'malformed_json'],
      ...Array.from({ length: 21 }, (_, index): [number, string] => [index + 4, 'validation_failed']),
      [25, 'validation_failed'],
      [26, 'invalid_utf8'],
    ];
    expect(codes(answer)).toEqual(expected);
    expect((await api.get('')).pagination.totalItems).toBe(2);
  });

  it('tells of the first 100 failures only, by line', async () => {
    const answer = await api.load(Array.from({ length: 700 }, () => '{}').join('\n'));
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
      const answer = await api.load(lines(...jobs));
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
    const answer = await api.load(
      lines({ externalRef: 'r', title: 't', workflow: 'execution', statusEvents, id: 'x', version: 7 }),
    );
    expect(counts(answer)).toEqual([1, 0, 0, 0]);
    expect(await api.history('r')).toEqual([
      [1, 'completed', '2020-01-02T00:00:00.000Z', 'n'],
      [2, 'pending', '2020-01-01T00:00:00.000Z', null],
      [3, 'failed', '2020-01-02T00:00:00.000Z', null],
    ]);
    expect(await api.jobOf('r')).toMatchObject({
      currentStatus: 'failed',
      currentStatusAt: '2020-01-02T00:00:00.000Z',
      createdAt: '2020-01-01T00:00:00.000Z',
      version: 1,
    });
  });

  it('gives a job without a history one event: its status at its creation', async () => {
    await api.load(
      lines({ externalRef: 'r', name: 'named', status: 'applied', createdAt: '2020-01-01T12:00:00+02:00' }),
    );
    expect(await api.history('r')).toEqual([[1, 'applied', '2020-01-01T10:00:00.000Z', null]]);
    expect(await api.jobOf('r')).toMatchObject({ title: 'named', createdAt: '2020-01-01T10:00:00.000Z' });
  });

  it('takes a time a little ahead as now', async () => {
    await api.load(lines({ externalRef: 'r', title: 't', createdAt: at(2), archivedAt: at(2) }));
    const job = await api.jobOf('r');
    for (const time of [job.createdAt, job.currentStatusAt, job.archivedAt]) {
      expect(new Date(time).getTime()).toBeLessThanOrEqual(Date.now() + 1000);
    }
  });
});
