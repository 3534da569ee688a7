import { AppConfig, parseEnvironment } from '../../src/config';
import { DatabaseProbe } from '../../src/health/database-probe';
import { type PoolUsage } from '../../src/platform/database';
import { TEST_SECRET_KEY } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

/** Longer than a probe waits, and than a connection of it may idle for a probe. Milliseconds. */
const HELD_UP = 1_300;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** A pool without connections, so that the probe alone decides. */
const unused = { now: () => ({ percent: 0, used: 0, idle: 0, waiting: 0, max: 1 }) } as PoolUsage;

/** Holds the event loop up, as a large garbage collection or a heap snapshot does. */
const holdUp = (): void => {
  const end = performance.now() + HELD_UP;
  while (performance.now() < end);
};

describe('Whether Postgres answers', () => {
  it('is not judged by what held up this process itself, also while it connects', async () => {
    const environment = parseEnvironment({});
    const config = new AppConfig(environment, { databaseUrl: database.url, secretKey: TEST_SECRET_KEY });
    const probe = new DatabaseProbe(config, unused);
    try {
      const connecting = probe.state();
      holdUp();
      expect(await connecting).toEqual({ up: true });
      // On the connection that it has now. What it found is told for a second.
      await new Promise((resolve) => setTimeout(resolve, 1_050));
      const asking = probe.state();
      holdUp();
      expect(await asking).toEqual({ up: true });
    } finally {
      await probe.onApplicationShutdown();
    }
  });
});
