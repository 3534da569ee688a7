import { bound, slowest } from '../support/faults/bounds';
import { ObservedDatabase } from '../support/faults/observed-database';
import { ServedProgram } from '../support/faults/served-program';
import { TruthLoad } from '../support/faults/truth-load';
import { BuiltProgram } from '../support/program';
import { startRedis, type RedisServer } from '../support/redis-server';

/** Milliseconds that Redis is away: longer than it takes until the instances have given it up. */
const AWAY = 2_500;

/** Far more than what a request waits for a Redis that is silent, 0.04 s to read and 0.5 s to write. Milliseconds. */
const LONGEST = 5_000;

let built: BuiltProgram;
let database: ObservedDatabase;
let redis: RedisServer;
let instances: ServedProgram[];
let load: TruthLoad;

beforeAll(async () => {
  built = new BuiltProgram();
  database = await ObservedDatabase.make();
  redis = await startRedis();
  const environment = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    LOG_LEVEL: 'warn',
    // How long requests may take is bounded below, by what the machine lets them.
    VERY_SLOW_REQUEST_MS: '60000',
    // So that the limits of a client are counted in Redis as well.
    RATE_LIMIT_ENABLED: 'true',
    RATE_LIMIT_PER_MINUTE: '1000000',
    RATE_LIMIT_PER_HOUR: '1000000',
  };
  instances = [await ServedProgram.start(built, environment), await ServedProgram.start(built, environment)];
});

beforeEach(async () => {
  const [first] = instances;
  if (first === undefined) throw new Error('No instance');
  const users = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const user = await first.register();
      return { user, jobId: await first.createJob(user) };
    }),
  );
  load = new TruthLoad(instances).start(users);
});

afterEach(() => load.stop());

afterAll(async () => {
  await built.remove();
  await database.remove();
  await redis.stop();
});

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

interface Fault {
  name: string;
  begin: () => Promise<void>;
  end: () => unknown;
}

const faults: Fault[] = [
  { name: 'killed and started again, empty', begin: () => redis.kill(), end: () => redis.restart() },
  { name: 'frozen (SIGSTOP) and continued', begin: () => redis.pause(), end: () => redis.resume() },
  { name: 'started again at once', begin: () => Promise.resolve(), end: () => redis.restart() },
];

describe.each(faults)('Redis $name under load, with two instances', ({ begin, end }) => {
  it('every request is answered, none with what is not true any more, and both cache again', async () => {
    await load.untilAnswered(20, ({ cache }) => cache === 'HIT');
    const began = performance.now();
    await begin();
    await pause(AWAY);
    await end();
    await load.untilAnswered(50, ({ cache }) => cache === 'HIT');
    await load.stop();
    expect(load.wrong).toEqual([]);
    expect(slowest(load.answers.filter(({ at }) => at > began))).toBeLessThan(bound(LONGEST, load, began));
    for (const instance of instances) expect(instance.errors()).toEqual([]);
  });
});
