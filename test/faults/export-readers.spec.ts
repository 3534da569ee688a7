import { HttpReader } from '../support/faults/http-reader';
import { importLongJobs } from '../support/faults/many-jobs';
import { ObservedDatabase } from '../support/faults/observed-database';
import { ServedProgram } from '../support/faults/served-program';
import { BuiltProgram } from '../support/program';
import type { TestUser } from '../support/test-app';

/** More, with what each has of text, than the buffers of a connection take. */
const JOBS = 2_500;

/** Seconds. */
const EXPORT_TIMEOUT = 3;
const SHUTDOWN_TIMEOUT = 2;

let built: BuiltProgram;
let database: ObservedDatabase;
let program: ServedProgram;
let user: TestUser;
const readers: HttpReader[] = [];

const start = (environment: NodeJS.ProcessEnv = {}): Promise<ServedProgram> =>
  ServedProgram.start(built, { DATABASE_URL: database.url, LOG_LEVEL: 'warn', ...environment });

beforeAll(async () => {
  built = new BuiltProgram();
  database = await ObservedDatabase.make();
  program = await start({ EXPORT_TIMEOUT: String(EXPORT_TIMEOUT) });
  user = await program.register();
  await importLongJobs(program, user, JOBS);
});

afterEach(() => {
  for (const reader of readers.splice(0)) reader.destroy();
});

afterAll(async () => {
  await built.remove();
  await database.remove();
});

const open = async (query = '', from = program): Promise<HttpReader> => {
  const reader = await HttpReader.open(`${from.url}/api/jobs/export${query}`, user.token);
  readers.push(reader);
  expect(reader.status).toBe(200);
  return reader;
};

describe('An export that its client reads too slowly', () => {
  it.each(['', '?format=csv&sort=title'])(
    '(%p) is broken off after EXPORT_TIMEOUT, visibly incomplete, and gives back its connection and its place',
    async (query) => {
      const began = performance.now();
      const slow = [await open(query), await open(query)].map((reader) => reader.trickle());
      await database.untilOpen(2);
      await database.untilOpen(0);
      expect(performance.now() - began).toBeGreaterThan(EXPORT_TIMEOUT * 900);
      // What was sent before the cut comes first.
      for (const reader of slow) await reader.hurry().untilOver();
      expect(slow.map(({ whole }) => whole)).toEqual([false, false]);
      await program.program.logs(/"level":40,.*broken off: its client reads too slowly/);

      const fast = (await open()).hurry();
      await fast.untilOver();
      expect([fast.whole, fast.lines]).toEqual([true, JOBS]);
    },
  );
});

describe('A client of an export that leaves in the middle', () => {
  it('leaves no transaction behind, and its place is free', async () => {
    for (let turn = 0; turn < 3; turn++) {
      const left = [await open(), await open('?events=true')];
      await database.untilOpen(2);
      for (const reader of left) reader.destroy();
      await database.untilOpen(0);
    }
  });
});

describe('SIGTERM during an export', () => {
  it('lets its client take all of it within SHUTDOWN_TIMEOUT, and ends with exit code 0 and no connection left', async () => {
    const ending = await start();
    const reader = await open('', ending);
    await database.untilOpen(1);
    ending.program.signal('SIGTERM');
    reader.hurry();
    await reader.untilOver();
    expect([reader.whole, reader.lines]).toEqual([true, JOBS]);
    expect(await ending.program.exit()).toBe(0);
  });

  it('cuts it after SHUTDOWN_TIMEOUT so that no client takes it for a whole file, and ends with exit code 0', async () => {
    await program.program.stop('SIGTERM');
    const ending = await start({ SHUTDOWN_TIMEOUT: String(SHUTDOWN_TIMEOUT) });
    const reader = (await open('', ending)).trickle();
    await database.untilOpen(1);
    ending.program.signal('SIGTERM');
    expect(await ending.program.exit()).toBe(0);
    await reader.hurry().untilOver();
    expect(reader.whole).toBe(false);
    await database.untilLeft();
  });
});
