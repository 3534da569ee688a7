import { ExportRepository } from '../../src/exports/export.repository';
import { Database } from '../../src/platform/database';
import { askForExport, fileOf, standingOf, writeExport, writtenExport } from '../support/background-exports';
import { untilBlocked } from '../support/blocked';
import { startTestApp, type TestApp, type TestUser } from '../support/test-app';

let app: TestApp;
let user: TestUser;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  user = await app.register();
});

describe('What an owner keeps', () => {
  const GiB = 1024 ** 3;
  let repository: ExportRepository;
  let usual: ExportRepository['kept'];

  beforeEach(() => {
    repository = app.app.get(ExportRepository);
    usual = repository.kept;
  });
  afterEach(() => {
    repository.kept = usual;
  });

  const written = (as = user): Promise<string> => writtenExport(app, as);

  /** Which of them are there, each with its file. */
  const there = async (...ids: string[]): Promise<boolean[]> => {
    const found = [];
    for (const id of ids) {
      const [{ status }, file] = [await standingOf(app, user, id), await fileOf(app, user, id)];
      expect(file.status).toBe(status);
      found.push(status === 200);
    }
    return found;
  };

  it('is ten files, 2 GiB together', () => {
    expect(usual).toEqual({ files: 10, bytes: 2 * GiB });
  });

  it.each(['asks for', 'is given'])(
    'is the newest files: the others expire when one %s the next',
    async (when) => {
      const other = await app.register();
      const others = await written(other);
      const [oldest, older, newer] = [await written(), await written(), await written()];
      const failed = await askForExport(app, user);
      await app.query(`UPDATE exports SET state = 'failed' WHERE id = $1`, [failed]);
      const next = when === 'is given' ? await askForExport(app, user) : undefined;
      repository.kept = { ...usual, files: 2 };
      if (next === undefined) {
        const asked = await askForExport(app, user);
        expect((await standingOf(app, user, asked)).body.state).toBe('queued');
        expect(await there(oldest, older, newer)).toEqual([false, true, true]);
      } else {
        await writeExport(app, next);
        expect(await there(oldest, older, newer, next)).toEqual([false, false, true, true]);
      }
      expect((await standingOf(app, user, failed)).body.state).toBe('failed');
      expect((await standingOf(app, other, others)).body.state).toBe('done');
    },
  );

  it('is as many bytes: the oldest files expire when one is done, and when one is asked for', async () => {
    const ids = [await written(), await written(), await written()];
    const [oldest, older, newer] = ids as [string, string, string];
    // Without jobs, all are of one size.
    const [size] = await app.query<{ bytes: string }>('SELECT bytes FROM exports WHERE id = $1', [newer]);
    const bytes = Number(size?.bytes);
    expect(bytes).toBeGreaterThan(0);
    repository.kept = { ...usual, bytes: 3 * bytes };
    const next = await askForExport(app, user);
    expect(await there(oldest, older, newer)).toEqual([true, true, true]);
    await writeExport(app, next);
    expect(await there(oldest, older, newer, next)).toEqual([false, true, true, true]);
    repository.kept = { ...usual, bytes: 3 * bytes - 1 };
    await askForExport(app, user);
    expect(await there(older, newer, next)).toEqual([false, true, true]);
  });

  it('is the newest file in any case', async () => {
    repository.kept = { ...usual, bytes: 1 };
    const [old, newest] = [await written(), await written()];
    expect(await there(old, newest)).toEqual([false, true]);
    await askForExport(app, user);
    expect(await there(newest)).toEqual([true]);
  });

  it('is right also when two are done at the same time', async () => {
    const [first, second] = [await askForExport(app, user), await askForExport(app, user)];
    repository.kept = { ...usual, files: 1 };
    const lock = await app.app.get(Database).pool.connect();
    try {
      // Both are to be finished when the owner's row is free.
      await lock.query(`BEGIN; SELECT FROM users WHERE id = '${user.user.id}' FOR UPDATE`);
      const writing = [writeExport(app, first), writeExport(app, second)];
      await untilBlocked(app, 2);
      await lock.query('COMMIT');
      await Promise.all(writing);
    } finally {
      lock.release(true);
    }
    expect((await there(first, second)).filter(Boolean)).toHaveLength(1);
  });
});
