import { defineWork, HandlesWork, Scheduled, type WorkContext } from '../../src/platform/queue';
import { eventually } from '../support/eventually';
import { letTimePass, makeQueues, queued, startQueueApp, type QueueApp } from '../support/queue/queue-app';
import { startTcpProxy } from '../support/tcp-proxy';
import { createTestDatabase, withAdmin, type TestDatabase } from '../support/test-database';

const LONG = defineWork<object>('long', { retries: 0 });
const DONE = defineWork<object>('done');

/** A worker's handler that can be held up. */
class Handlers {
  readonly began: WorkContext[] = [];
  done = 0;
  let: 'wait' | 'end' = 'wait';
  /** Ends what waits. */
  finish: () => void = () => undefined;

  /** Waits until so many attempts at the long work have begun. */
  async hasBegun(attempts = 1): Promise<void> {
    await eventually(
      () => this.began.length,
      (began) => began === attempts,
    );
  }

  @HandlesWork(LONG)
  async long(_data: object, context: WorkContext): Promise<void> {
    this.began.push(context);
    if (this.let === 'end') return;
    await new Promise<void>((resolve, reject) => {
      this.finish = resolve;
      context.signal.addEventListener('abort', () => reject(new Error('interrupted')));
    });
  }

  @HandlesWork(DONE)
  count(): Promise<void> {
    this.done += 1;
    return Promise.resolve();
  }
}

class Timetable {
  runs = 0;

  @Scheduled('every-minute', '* * * * *')
  run(): Promise<void> {
    this.runs += 1;
    return Promise.resolve();
  }
}

let database: TestDatabase;
const apps: QueueApp[] = [];
const start = async (handlers: object, overrides = {}, url = database.url): Promise<QueueApp> => {
  const app = await startQueueApp(url, [handlers], overrides);
  apps.push(app);
  return app;
};

beforeEach(async () => {
  database = await createTestDatabase();
  await makeQueues(database.url, { long: 'standard', done: 'standard', 'every-minute': 'singleton' });
});
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
  await database.drop();
});

describe('Work that is under way when its worker stops', () => {
  it('is told so, waited for, and then done by another worker as if it had not been begun', async () => {
    const first = new Handlers();
    const app = await start(first);
    const id = await app.queue.send(LONG, {});
    await first.hasBegun();
    await app.close();
    expect(first.began[0]?.signal.aborted).toBe(true);
    expect(await queued(database.url, 'long')).toEqual([
      expect.objectContaining({ id, state: 'retry', retries: 0 }),
    ]);
    const second = new Handlers();
    second.let = 'end';
    await start(second);
    // It has no retries: had the stop counted, it would be dead.
    await eventually(
      () => queued(database.url, 'long'),
      ([row]) => row?.state === 'completed',
    );
    expect(second.began).toEqual([expect.objectContaining({ id, attempt: 1 })]);
    expect(app.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('is not begun any more after that', async () => {
    const handlers = new Handlers();
    const app = await start(handlers);
    const other = await start(new Handlers(), { WORKER_ENABLED: 'false' });
    await app.close();
    await other.queue.send(DONE, {});
    expect(handlers.done).toBe(0);
    expect(await queued(database.url, 'done')).toEqual([expect.objectContaining({ state: 'created' })]);
  });
});

describe('Work whose worker has fallen silent', () => {
  it('is not ended by it once another does it', async () => {
    const silent = new Handlers();
    const app = await start(silent);
    const id = await app.queue.send(LONG, {});
    await silent.hasBegun();
    // As if it had been taken over, and the first worker had not looked since.
    await withAdmin(database.url, (client) =>
      client.query(`UPDATE queue.job SET retry_count = 1, retry_limit = 1 WHERE id = $1`, [id]),
    );
    silent.finish();
    await eventually(
      () => app.lines.map(({ message }) => message),
      (told) => told.includes('Work ended after another worker had taken it over'),
    );
    expect(await queued(database.url, 'long')).toEqual([
      expect.objectContaining({ id, state: 'active', retries: 1 }),
    ]);
  });

  it('is taken from it, which is told so, and tried again or given up as after any failure', async () => {
    const silent = new Handlers();
    const app = await start(silent);
    const id = await app.queue.send(LONG, {});
    await silent.hasBegun();
    await letTimePass(database.url, 'long');
    const other = await start(new Handlers(), { WORKER_ENABLED: 'false' });
    await other.upkeep.run();
    expect(await queued(database.url, 'long')).toEqual([
      expect.objectContaining({ id, state: 'failed', reason: 'Its worker ended or fell silent' }),
    ]);
    expect(other.lines).toEqual([
      { level: 'error', message: expect.stringContaining('dead'), fields: { work: 'long', id, attempt: 1 } },
    ]);
  });
});

describe('A process with WORKER_ENABLED=false', () => {
  it('sends work and leaves it to others', async () => {
    const none = new Handlers();
    const sender = await start(none, { WORKER_ENABLED: 'false' });
    await sender.queue.send(DONE, {});
    const handlers = new Handlers();
    await start(handlers);
    await eventually(
      () => handlers.done,
      (done) => done === 1,
    );
    expect(none.done).toBe(0);
  });
});

describe('Scheduled work', () => {
  it('is done once at each of its times, however many workers there are', async () => {
    const tables = [new Timetable(), new Timetable(), new Timetable()];
    await Promise.all(tables.map((table) => start(table)));
    const runs = (): number => tables.reduce((sum, table) => sum + table.runs, 0);
    // The time before the start is made up for; the minute may end while this runs.
    await eventually(
      () => queued(database.url, 'every-minute'),
      (rows) => rows.length > 0 && rows.every(({ state }) => state === 'completed'),
    );
    await Promise.all(tables.map((table) => start(table)));
    const late = new Timetable();
    const last = await start(late);
    await last.queue.send(defineWork('every-minute'), {});
    const rows = await eventually(
      () => queued(database.url, 'every-minute'),
      (found) => found.length > 1 && found.every(({ state }) => state === 'completed'),
    );
    expect(runs() + late.runs).toBe(rows.length);
    expect(rows.length).toBeLessThanOrEqual(3);
  });
});

describe('A worker that loses its database', () => {
  it('says so once, says once that it is back, and goes on', async () => {
    const proxy = await startTcpProxy(database.url);
    try {
      const handlers = new Handlers();
      const app = await start(handlers, { DB_CONNECTION_TIMEOUT: '300' }, proxy.urlFor(database.url));
      await app.queue.send(DONE, {});
      await eventually(
        () => handlers.done,
        (done) => done === 1,
      );
      await proxy.cut();
      const failed = jest.spyOn(app.database, 'read');
      await eventually(
        () => failed.mock.calls.length,
        (calls) => calls >= 3,
      );
      expect(app.lines.map(({ level, message }) => [level, message])).toEqual([
        ['warn', expect.stringContaining('cannot be reached')],
      ]);
      await proxy.restore();
      await eventually(
        () => app.lines.length,
        (lines) => lines === 2,
      );
      expect(app.lines[1]).toMatchObject({ level: 'log', message: expect.stringContaining('there again') });
      await app.queue.send(DONE, {});
      await eventually(
        () => handlers.done,
        (done) => done === 2,
      );
      expect(app.lines).toHaveLength(2);
    } finally {
      for (const app of apps.splice(0)) await app.close();
      await proxy.close();
    }
  });
});
