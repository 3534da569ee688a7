import type { Client } from 'pg';
import { ANSWERED_WITHIN, bound, RECOVERED_WITHIN, slowest } from '../support/faults/bounds';
import { expectVerified, expectWholeTrail } from '../support/faults/expect-whole-trail';
import { Load } from '../support/faults/load';
import { startPostgres, type PostgresServer } from '../support/faults/postgres-server';
import { ServedProgram } from '../support/faults/served-program';
import { SmallDisk } from '../support/faults/small-disk';
import { eventually } from '../support/eventually';
import { BuiltProgram } from '../support/program';
import type { TestResponse, TestUser } from '../support/test-app';

const DATABASE = 'jobtrail';

/** The server's. The program may have 20 of them. */
const MAX_CONNECTIONS = 40;

const CLIENTS = { keyed: 4, plain: 1, readers: 2 };

const EXPECTED = ['200', '201', '503 unavailable', '409 idempotency_in_progress'];

/** Lines of one batch of an import. */
const BATCH = 500;

let built: BuiltProgram;
let postgres: PostgresServer;
let database: Pick<PostgresServer, 'query'>;
let program: ServedProgram;
let user: TestUser;
let jobIds: string[];

// Known before the tests are, since there is one more of them where a file system can be mounted.
const disk = SmallDisk.make(64);

beforeAll(async () => {
  built = new BuiltProgram();
  postgres = await startPostgres({ max_connections: String(MAX_CONNECTIONS) });
  for (const role of ['program', 'others'])
    await postgres.query(`CREATE ROLE ${role} LOGIN PASSWORD '${role}'`);
  if (disk !== undefined) {
    await postgres.own(disk.folder);
    await postgres.query(`CREATE TABLESPACE small LOCATION '${disk.folder}'`);
  }
  const tablespace = disk === undefined ? '' : 'TABLESPACE small';
  await postgres.query(`CREATE DATABASE ${DATABASE} OWNER program ${tablespace}`);
  database = postgres.in(DATABASE);
  program = await ServedProgram.start(built, {
    DATABASE_URL: postgres.urlAs('program', 'program', DATABASE),
    LOG_LEVEL: 'warn',
  });
});

beforeEach(async () => {
  user = await program.register();
  jobIds = await Promise.all(Array.from({ length: 4 }, () => program.createJob(user)));
});

afterEach(() => Load.abandonAll());

afterAll(async () => {
  await built.remove();
  await postgres.stop();
  disk?.remove();
});

const unexpected = (load: Load): string[] =>
  Object.keys(load.counts()).filter((answer) => !EXPECTED.includes(answer));

interface FullDisk {
  name: string;
  fill: () => unknown;
  empty: () => unknown;
}

/** Statements that write events do all their work, and then find no room for it. */
const errorRaised: FullDisk = {
  name: 'as the error 53100 at the end of a write',
  fill: () =>
    database.query(`
      CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
      CREATE TRIGGER no_room AFTER INSERT ON job_status_events FOR EACH STATEMENT EXECUTE FUNCTION no_room()`),
  empty: () => database.query('DROP FUNCTION IF EXISTS no_room CASCADE'),
};

const fullDisks: FullDisk[] =
  disk === undefined
    ? [errorRaised]
    : [
        errorRaised,
        { name: 'as a file system without a free byte', fill: () => disk.fill(), empty: () => disk.empty() },
      ];

const importJobs = (lines: number): Promise<TestResponse> =>
  program.request('POST', '/api/jobs/import', {
    token: user.token,
    headers: { 'content-type': 'application/x-ndjson' },
    body: Array.from({ length: lines }, (_, n) => `{"title":"Job ${n}","notes":"${'n'.repeat(500)}"}\n`).join(
      '',
    ),
  });

const countJobs = async (): Promise<number> => {
  const [row] = await database.query<{ jobs: number }>(
    'SELECT count(*)::int AS jobs FROM jobs WHERE owner_id = $1',
    [user.user.id],
  );
  return row?.jobs ?? -1;
};

describe.each(fullDisks)('A disk of the database that is full ($name)', ({ fill, empty }) => {
  afterEach(empty);

  it('writes are answered 503 with nothing half written, reads go on, and all goes on when there is room', async () => {
    const load = new Load(program, user, jobIds).start(CLIENTS);
    await load.untilServed(50);
    await fill();
    const full = performance.now();
    // Pages with room in them take some more.
    await eventually(
      () => load.counts(load.between(full))['503 unavailable'] ?? 0,
      (refused) => refused > 20,
    );
    const imported = await importJobs(4 * BATCH);
    expect([imported.status, (imported.body as { code: string }).code]).toEqual([503, 'unavailable']);
    expect(imported.headers.get('retry-after')).toBe('30');
    expect((imported.body as { detail: string }).detail).toBe(
      'The database has no room for this. Try again later.',
    );
    const { report } = imported.body as { report: { created: number; failed: number } };
    expect(report.failed).toBe(0);
    // The file that a keyed client of the load waits with is no job: those are what the import and the start made.
    expect(await countJobs()).toBe(jobIds.length + report.created);

    const reading = performance.now();
    for (const path of ['/api/jobs', `/api/jobs/${jobIds[0]}/status-events`, '/api/profile', '/api/stats'])
      expect((await program.request('GET', path, { token: user.token })).status).toBe(200);
    expect((await program.request('GET', '/api/jobs/export', { token: user.token })).status).toBe(200);
    const reads = load.between(reading).filter(({ kind }) => kind === 'read');
    expect(reads.filter(({ answer }) => answer !== '200')).toEqual([]);

    await empty();
    const back = performance.now();
    await eventually(
      () => load.between(back).some(({ kind, answer }) => kind === 'append' && answer === '201'),
      (works) => works,
    );
    expect(performance.now() - back).toBeLessThan(bound(RECOVERED_WITHIN, load, back));
    await load.stop();
    expect(unexpected(load)).toEqual([]);
    expect((await importJobs(2 * BATCH)).status).toBe(200);
    await expectWholeTrail(database, load);
    await expectVerified(built, postgres.urlAs('program', 'program', DATABASE));
  });
});

interface Taken {
  name: string;
  take: () => Promise<void>;
  giveBack: () => Promise<unknown>;
}

const endSessions = (): Promise<unknown> =>
  postgres.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'program' AND backend_type = 'client backend'`,
  );

let others: Client[] = [];

/** Takes what is free, as others. */
const takeFree = async (): Promise<void> => {
  try {
    for (;;) others.push(await postgres.connect(postgres.urlAs('others', 'others', DATABASE)));
  } catch {
    // There is no more.
  }
};

let holding = false;
let held: Promise<void> = Promise.resolve();

/** What the program gives back, or gets before others do, is taken as well. */
const holdAll = async (): Promise<void> => {
  while (holding) {
    await takeFree();
    await endSessions();
  }
};

const limits: Taken[] = [
  {
    name: 'of its role',
    take: async () => {
      await postgres.query('ALTER ROLE program CONNECTION LIMIT 0');
      await endSessions();
    },
    giveBack: () => postgres.query('ALTER ROLE program CONNECTION LIMIT -1'),
  },
  {
    name: 'of the server, by others',
    take: () => {
      holding = true;
      held = holdAll();
      return Promise.resolve();
    },
    giveBack: async () => {
      holding = false;
      await held;
      await Promise.all(others.map((client) => client.end()));
      others = [];
    },
  },
];

describe.each(limits)('All connections taken ($name)', ({ take, giveBack }) => {
  afterEach(giveBack);

  it('requests are answered 503 within 2 s, and the program serves within 5 s when there are some again', async () => {
    const load = new Load(program, user, jobIds).start(CLIENTS);
    await load.untilServed(50);
    await take();
    const taken = performance.now();
    await eventually(
      () => load.counts(load.between(taken))['503 unavailable'] ?? 0,
      (refused) => refused > 20,
    );
    await giveBack();
    const back = performance.now();
    const served = await load.untilServed(50);
    await load.stop();
    expect(slowest(load.between(taken, back))).toBeLessThan(bound(ANSWERED_WITHIN, load, taken));
    expect(served - back).toBeLessThan(bound(RECOVERED_WITHIN, load, back));
    expect(unexpected(load)).toEqual([]);
    await expectWholeTrail(database, load);
  });
});
