import { ANSWER_MARGIN } from '../../src/platform/database/watched-client';
import { ANSWERED_WITHIN, bound, RECOVERED_WITHIN, slowest } from '../support/faults/bounds';
import { expectVerified, expectWholeTrail } from '../support/faults/expect-whole-trail';
import { Load } from '../support/faults/load';
import { startPostgres, type PostgresServer } from '../support/faults/postgres-server';
import { ServedProgram } from '../support/faults/served-program';
import { BuiltProgram } from '../support/program';
import type { TestUser } from '../support/test-app';

/** Of the program, where it matters that a frozen server is waited for no longer. Milliseconds. */
const STATEMENT_TIMEOUT = 1_000;

/** `DB_CONNECTION_TIMEOUT` by default. Milliseconds. */
const CONNECTION_TIMEOUT = 1_500;

const CLIENTS = { keyed: 6, plain: 2, readers: 4 };

/** What clients may be told while the database is away, and never anything else. */
const EXPECTED = ['200', '201', '503 unavailable', '409 idempotency_in_progress'];

let built: BuiltProgram;
let postgres: PostgresServer;
let program: ServedProgram;
let user: TestUser;
let jobIds: string[];

beforeAll(async () => {
  built = new BuiltProgram();
  postgres = await startPostgres();
  program = await ServedProgram.start(built, {
    DATABASE_URL: postgres.url,
    DB_STATEMENT_TIMEOUT: String(STATEMENT_TIMEOUT),
    LOAD_SHEDDING_ENABLED: 'true',
    LOG_LEVEL: 'warn',
  });
});

beforeEach(async () => {
  user = await program.register();
  jobIds = await Promise.all(Array.from({ length: 5 }, () => program.createJob(user)));
});

afterEach(() => Load.abandonAll());

afterAll(async () => {
  await built.remove();
  await postgres.stop();
});

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

const unexpected = (load: Load): string[] =>
  Object.keys(load.counts()).filter((answer) => !EXPECTED.includes(answer));

describe('Postgres killed and started again under load', () => {
  it('requests are answered 503 within 2 s; the process serves within 5 s of its return; no event is lost or doubled', async () => {
    const { pid } = program.program;
    const load = new Load(program, user, jobIds).start(CLIENTS);
    await load.untilServed(200);
    for (const away of [0, 4_000]) {
      const killed = performance.now();
      await postgres.kill();
      await pause(away);
      await postgres.start();
      const back = performance.now();
      const served = await load.untilServed(200);
      const during = load.between(killed, back);
      expect(slowest(during)).toBeLessThan(bound(ANSWERED_WITHIN, load, killed));
      expect(served - back).toBeLessThan(bound(RECOVERED_WITHIN, load, back));
      if (away > ANSWERED_WITHIN) expect(load.counts(during)['503 unavailable']).toBeGreaterThan(0);
    }
    await load.stop();
    expect(unexpected(load)).toEqual([]);
    expect(program.program.pid).toBe(pid);
    await expectWholeTrail(postgres, load);
    await expectVerified(built, postgres.url);
  });
});

describe('Postgres frozen (SIGSTOP) and continued under load', () => {
  it('requests are answered in bounded time; the process serves within 5 s of its return; no event is lost or doubled', async () => {
    const load = new Load(program, user, jobIds).start(CLIENTS);
    await load.untilServed(200);
    const frozen = performance.now();
    await postgres.freeze();
    // First what was under way, on connections that fell silent; then what waits for new ones.
    await load.untilAnswered(frozen);
    await load.untilAnswered(performance.now());
    postgres.thaw();
    const back = performance.now();
    const served = await load.untilServed(200);
    await load.stop();
    const during = load.between(frozen, back);
    // Until the silence is noticed, then for a connection; a write announces itself before, on a connection of its own.
    const longest = STATEMENT_TIMEOUT + ANSWER_MARGIN + 2 * CONNECTION_TIMEOUT;
    expect(slowest(during)).toBeLessThan(bound(longest, load, frozen));
    expect(served - back).toBeLessThan(bound(RECOVERED_WITHIN, load, back));
    expect(load.counts(during)['503 unavailable']).toBeGreaterThan(0);
    expect(unexpected(load)).toEqual([]);
    await expectWholeTrail(postgres, load);
    await expectVerified(built, postgres.url);
  });
});
