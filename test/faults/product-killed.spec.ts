import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { EmbeddedData } from '../support/faults/embedded-data';
import { expectVerified, expectWholeTrail } from '../support/faults/expect-whole-trail';
import { Load } from '../support/faults/load';
import { ObservedDatabase } from '../support/faults/observed-database';
import { ServedProgram } from '../support/faults/served-program';
import { BuiltProgram } from '../support/program';
import type { TestResponse, TestUser } from '../support/test-app';
import { brokenInvariants } from '../support/trail/trail-invariants';

/** Lines of an import, written in batches of 500. */
const LINES = 4_000;

let built: BuiltProgram;
let external: ObservedDatabase;
let embedded: EmbeddedData;

beforeAll(async () => {
  built = new BuiltProgram();
  external = await ObservedDatabase.make();
  embedded = new EmbeddedData(join(built.folder, 'data'));
});

afterEach(() => Load.abandonAll());

afterAll(async () => {
  await built.remove();
  await external.remove();
});

/** Where the product keeps its data, in either way. */
const places = [
  {
    name: 'a Postgres of its own, which it has to recover',
    environment: (): NodeJS.ProcessEnv => ({ DATA_DIR: embedded.dataDir }),
    data: () => embedded,
  },
  {
    name: 'a Postgres elsewhere',
    environment: (): NodeJS.ProcessEnv => ({ DATABASE_URL: external.url }),
    data: () => external,
  },
];

const body = Array.from(
  { length: LINES },
  (_, n) =>
    `${JSON.stringify({
      externalRef: `ref-${n}`,
      title: `Job ${n}`,
      statusEvents: [
        { status: 'applied', occurredAt: '2026-01-10T08:00:00.000Z' },
        { status: 'interview', occurredAt: '2026-01-12T08:00:00.000Z' },
      ],
    })}\n`,
).join('');

const importAll = (program: ServedProgram, { token }: TestUser): Promise<TestResponse> =>
  program.request('POST', '/api/jobs/import?onConflict=skip', {
    token,
    body,
    headers: { 'content-type': 'application/x-ndjson' },
  });

describe.each(places)('The product killed (SIGKILL) with $name', ({ environment, data }) => {
  let program: ServedProgram;
  let user: TestUser;

  beforeAll(async () => {
    program = await ServedProgram.start(built, { LOG_LEVEL: 'warn', ...environment() });
  });

  beforeEach(async () => {
    user = await program.register();
  });

  afterAll(() => program.program.stop('SIGTERM'));

  it('while it appends: no acknowledged event is lost, and none is there twice after clients have repeated theirs', async () => {
    const jobIds = await Promise.all(Array.from({ length: 4 }, () => program.createJob(user)));
    const load = new Load(program, user, jobIds).start({ keyed: 6, plain: 2, readers: 1 });
    for (let turn = 0; turn < 2; turn++) {
      await load.untilServed(100);
      expect(await program.program.stop('SIGKILL')).toBe('SIGKILL');
      await program.restart();
    }
    await load.untilServed(50);
    await load.stop();
    expect(load.counts()).toMatchObject({ broken: expect.any(Number) as number });
    await expectWholeTrail(data(), load);
    await expectVerified(built, data().url);
  });

  it('while it imports: each job is there whole or not at all, and the file can be sent again', async () => {
    const jobs = async (): Promise<{ jobs: number; events: number }> => {
      const [row] = await data().query<{ jobs: number; events: number }>(
        'SELECT count(*)::int AS jobs, coalesce(sum(last_seq), 0)::int AS events FROM jobs WHERE owner_id = $1',
        [user.user.id],
      );
      return row ?? { jobs: -1, events: -1 };
    };
    const importing = importAll(program, user).catch(() => 'broken');
    await eventually(jobs, (found) => found.jobs > 0);
    await program.program.stop('SIGKILL');
    expect(await importing).toBe('broken');
    await program.restart();

    const found = await jobs();
    expect(found.events).toBe(2 * found.jobs);
    const { 'a version counts at least the events': _version, ...broken } = await brokenInvariants(data());
    expect(broken).toEqual({});
    const again = await importAll(program, user);
    expect(again.body).toMatchObject({ created: LINES - found.jobs, skipped: found.jobs, failed: 0 });
    expect(await jobs()).toEqual({ jobs: LINES, events: 2 * LINES });
    await expectVerified(built, data().url);
  });
});
