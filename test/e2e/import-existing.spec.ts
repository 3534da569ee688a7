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

describe('import of jobs that exist', () => {
  const first = {
    externalRef: 'r',
    title: 't',
    company: 'c',
    tags: ['a'],
    attributes: { bb: 1, a: { y: 1, x: 2 } },
  };

  it('fails the line, without onConflict and for a reference that comes twice in the file', async () => {
    const answer = await api.load(lines(first, { ...first, title: 'again' }));
    expect(counts(answer)).toEqual([1, 0, 0, 1]);
    expect(codes(answer)).toEqual([[2, 'already_exists']]);
    expect(await api.jobOf('r')).toMatchObject({ title: 't' });
  });

  it('passes over it with onConflict=skip', async () => {
    expect(counts(await api.load(lines(first, first), { query: '?onConflict=skip' }))).toEqual([1, 0, 1, 0]);
  });

  it('changes with onConflict=update only what the line gives, once, and counts what is so already as skipped', async () => {
    await api.load(lines(first));
    const query = '?onConflict=update';
    const same = { ...first, attributes: { a: { x: 2, y: 1 }, bb: 1 } };
    expect(counts(await api.load(lines(same), { query }))).toEqual([0, 0, 1, 0]);
    expect(await api.jobOf('r')).toMatchObject({ version: 1 });
    const told = {
      externalRef: 'r',
      title: 'new',
      company: null,
      archivedAt: '2024-01-01',
      archiveReason: 'why',
    };
    expect(counts(await api.load(lines(told), { query }))).toEqual([0, 1, 0, 0]);
    expect(await api.jobOf('r')).toMatchObject({
      title: 'new',
      company: null,
      tags: ['a'],
      attributes: first.attributes,
      archivedAt: '2024-01-01T00:00:00.000Z',
      archiveReason: 'why',
      version: 2,
    });
    expect(
      counts(await api.load('externalRef,title,company,archivedAt\nr,new,,\n', { query, type: 'text/csv' })),
    ).toEqual([0, 0, 1, 0]);
    expect(
      counts(await api.load(lines({ externalRef: 'r', title: 'new', archivedAt: null }), { query })),
    ).toEqual([0, 1, 0, 0]);
    expect(await api.jobOf('r')).toMatchObject({ archivedAt: null, archiveReason: null, version: 3 });
  });

  it('appends the events that the job lacks under the next seqs, and moves the status only for the newest', async () => {
    const event = (status: string, day: number, note?: string) => ({
      status,
      occurredAt: `2024-01-0${day}T00:00:00.000Z`,
      ...(note === undefined ? {} : { note }),
    });
    await api.load(lines({ ...first, statusEvents: [event('applied', 2), event('interview', 5)] }));
    const query = '?onConflict=update';
    const more = [
      event('wishlist', 1),
      event('applied', 2, 'known'),
      event('interview', 5),
      event('offer', 4, 'o'),
    ];
    expect(counts(await api.load(lines({ ...first, statusEvents: more }), { query }))).toEqual([0, 1, 0, 0]);
    expect(await api.jobOf('r')).toMatchObject({ currentStatus: 'interview', version: 2 });
    const newest = [event('rejected', 5)];
    expect(counts(await api.load(lines({ ...first, title: 'u', statusEvents: newest }), { query }))).toEqual([
      0, 1, 0, 0,
    ]);
    expect(await api.history('r')).toEqual([
      [1, 'applied', '2024-01-02T00:00:00.000Z', null],
      [2, 'interview', '2024-01-05T00:00:00.000Z', null],
      [3, 'wishlist', '2024-01-01T00:00:00.000Z', null],
      [4, 'offer', '2024-01-04T00:00:00.000Z', 'o'],
      [5, 'rejected', '2024-01-05T00:00:00.000Z', null],
    ]);
    expect(await api.jobOf('r')).toMatchObject({ currentStatus: 'rejected', title: 'u', version: 3 });
  });

  it('takes a status without a history as a change now, under the rule of the workflow', async () => {
    await api.load(lines({ externalRef: 'r', title: 't', workflow: 'execution' }));
    const query = '?onConflict=update';
    const told = { externalRef: 'r', title: 't' };
    const refused = await api.load(lines({ ...told, status: 'completed' }), { query });
    expect(codes(refused)).toEqual([[1, 'transition_not_allowed']]);
    expect(counts(await api.load(lines({ ...told, status: 'running' }), { query }))).toEqual([0, 1, 0, 0]);
    expect(counts(await api.load(lines({ ...told, status: 'running' }), { query }))).toEqual([0, 0, 1, 0]);
    expect(await api.jobOf('r')).toMatchObject({
      currentStatus: 'running',
      version: 2,
      workflow: 'execution',
    });
    const moved = await api.load(lines({ ...told, workflow: 'posting' }), { query });
    expect(codes(moved)).toEqual([[1, 'validation_failed']]);
  });

  it('rehearses with dryRun: the same counts, and nothing is written', async () => {
    await api.load(lines(first));
    const other = { externalRef: 's', title: 's' };
    for (const onConflict of ['error', 'skip', 'update']) {
      const file = lines(first, { ...first, title: onConflict }, other, other, {}, { title: 'no reference' });
      const before = await api.get('?archived=all&sort=title');
      const rehearsed = await api.load(file, { query: `?dryRun=true&onConflict=${onConflict}` });
      expect(await api.get('?archived=all&sort=title')).toEqual(before);
      const done = await api.load(file, { query: `?onConflict=${onConflict}` });
      expect(rehearsed.body).toEqual(done.body);
      await app.query(`DELETE FROM jobs WHERE owner_id = $1 AND external_ref = 's'`, [api.user.user.id]);
    }
  });

  it('lets two users have the same references', async () => {
    const other = await app.register();
    expect(counts(await api.load(lines(first)))).toEqual([1, 0, 0, 0]);
    expect(
      counts(
        await api.load(lines({ ...first, title: 'theirs' }), { as: other, query: '?onConflict=update' }),
      ),
    ).toEqual([1, 0, 0, 0]);
    expect(await api.jobOf('r')).toMatchObject({ title: 't' });
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
        files.map((file) => api.load(lines(...file), { query: `?onConflict=${onConflict}` })),
      );
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      for (const answer of answers) expect(counts(answer).reduce((sum, count) => sum + count)).toBe(600);
      expect(answers.reduce((sum, { body }) => sum + (body.created as number), 0)).toBe(600);
      const [{ jobs: stored } = { jobs: -1 }] = await app.query<{ jobs: number }>(
        'SELECT count(*)::int AS jobs FROM jobs WHERE owner_id = $1',
        [api.user.user.id],
      );
      expect(stored).toBe(600);
    },
  );
});
