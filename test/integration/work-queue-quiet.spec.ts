import { Client } from 'pg';
import { defineWork, HandlesWork, Repeated, Scheduled } from '../../src/platform/queue';
import { makeQueues, startQueueApp } from '../support/queue/queue-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

const MINUTE = 60_000;

/** Not those of the test. */
const realTimeout = setTimeout;
const inReality = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => realTimeout(resolve, milliseconds));

class Handlers {
  repeated = 0;
  scheduled = 0;

  @HandlesWork(defineWork<object>('plain'))
  plain(): Promise<void> {
    return Promise.resolve();
  }

  @Scheduled('hourly', '0 * * * *')
  hourly(): Promise<void> {
    this.scheduled += 1;
    return Promise.resolve();
  }

  @Repeated({ name: 'again' })
  again(): Promise<boolean> {
    this.repeated += 1;
    return Promise.resolve(false);
  }
}

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await makeQueues(database.url, { plain: 'standard', hourly: 'singleton' });
});
afterAll(() => database.drop());

describe('A worker that polls every hour', () => {
  it('leaves the database alone in between, so that it can sleep', async () => {
    jest.useFakeTimers({
      now: Date.UTC(2030, 0, 1, 12, 0, 30),
      doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'],
    });
    const sent = jest.spyOn(Client.prototype, 'query');
    const handlers = new Handlers();
    /** Until what goes on has ended. */
    const settle = async (): Promise<number> => {
      for (;;) {
        const before = sent.mock.calls.length;
        await inReality(300);
        if (before > 0 && sent.mock.calls.length === before) return before;
      }
    };
    const app = await startQueueApp(database.url, [handlers], {
      WORKER_POLL_INTERVAL: '3600',
      // Time passes faster than a connection is made.
      DB_CONNECTION_TIMEOUT: '60000',
    });
    try {
      await settle();
      expect([handlers.repeated, handlers.scheduled]).toEqual([1, 1]);
      sent.mockClear();
      for (let minute = 0; minute < 59; minute++) {
        await jest.advanceTimersByTimeAsync(MINUTE);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await inReality(300);
      expect(sent.mock.calls).toEqual([]);
      expect(handlers.repeated).toBe(1);
      // And it all wakes up in the same minute.
      await jest.advanceTimersByTimeAsync(MINUTE / 2 + 1);
      expect(await settle()).toBeGreaterThan(0);
      expect([handlers.repeated, handlers.scheduled]).toEqual([2, 2]);
    } finally {
      await app.close();
      sent.mockRestore();
      jest.useRealTimers();
    }
  });
});
