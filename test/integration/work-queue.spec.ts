import { unprepared } from '../../src/platform/database';
import { defineWork, HandlesWork, type WorkContext } from '../../src/platform/queue';
import { eventually } from '../support/eventually';
import { startPgBouncer, type PgBouncer } from '../support/pgbouncer';
import { letTimePass, makeQueues, queued, startQueueApp, type QueueApp } from '../support/queue/queue-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

const PLAIN = defineWork<{ text: string }>('plain');
const FAILING = defineWork<{ failures: number }>('failing', { retries: 2, retryDelay: 40 });
const SLOW = defineWork<object>('slow', { timeout: 0.2, retries: 0 });
const WIDE = defineWork<object>('wide', { concurrency: 3 });
const UNMADE = defineWork<object>('unmade');

/** Handlers that write down what happens to them. */
class Handlers {
  readonly done: string[] = [];
  readonly attempts: number[] = [];
  readonly contexts: WorkContext[] = [];
  open: (() => void)[] = [];

  @HandlesWork(PLAIN)
  plain({ text }: { text: string }): Promise<void> {
    this.done.push(text);
    return Promise.resolve();
  }

  @HandlesWork(FAILING)
  failing({ failures }: { failures: number }, { attempt }: WorkContext): Promise<void> {
    this.attempts.push(attempt);
    return attempt <= failures ? Promise.reject(new Error(`No ${attempt}`)) : Promise.resolve();
  }

  @HandlesWork(SLOW)
  slow(_data: object, context: WorkContext): Promise<void> {
    this.contexts.push(context);
    return new Promise((_resolve, reject) =>
      context.signal.addEventListener('abort', () => reject(new Error('told to end'))),
    );
  }

  @HandlesWork(WIDE)
  wide(): Promise<void> {
    return new Promise((resolve) => this.open.push(resolve));
  }
}

let database: TestDatabase;
let bouncer: PgBouncer;
beforeAll(async () => {
  database = await createTestDatabase();
  bouncer = await startPgBouncer(database.url);
  await makeQueues(database.url, {
    plain: 'standard',
    failing: 'standard',
    slow: 'standard',
    wide: 'standard',
  });
});
afterAll(async () => {
  await bouncer.stop();
  await database.drop();
});

describe.each(['directly', 'through PgBouncer in transaction mode'])('The queue, reached %s', (way) => {
  const handlers = new Handlers();
  let app: QueueApp;
  beforeAll(async () => {
    const pooled = way !== 'directly';
    app = await startQueueApp(pooled ? bouncer.url : database.url, [handlers], {
      DB_PREPARED_STATEMENTS: String(!pooled),
      // A worker that is not woken would let the test time out.
      WORKER_POLL_INTERVAL: '86400',
    });
  });
  afterAll(() => app.close());

  it('has work done that was sent, at once', async () => {
    const id = await app.queue.send(PLAIN, { text: 'sent' });
    await eventually(
      () => handlers.done,
      (done) => done.includes('sent'),
    );
    await eventually(
      () => queued(database.url, 'plain'),
      (rows) => rows.some((row) => row.id === id && row.state === 'completed'),
    );
  });

  it('has work done that was sent in a transaction when that is committed, not before', async () => {
    let commit = (): void => undefined;
    const maySend = new Promise<void>((resolve) => (commit = resolve));
    let sent = (): void => undefined;
    const wasSent = new Promise<void>((resolve) => (sent = resolve));
    const transaction = app.database.transaction(async () => {
      await app.queue.send(PLAIN, { text: 'committed' });
      sent();
      await maySend;
    });
    await wasSent;
    // When this is done the worker has looked.
    await app.queue.send(PLAIN, { text: 'meanwhile' });
    await eventually(
      () => handlers.done,
      (done) => done.includes('meanwhile'),
    );
    expect(handlers.done).not.toContain('committed');
    commit();
    await transaction;
    await eventually(
      () => handlers.done,
      (done) => done.includes('committed'),
    );
  });

  it('begins with what a transaction has sent as soon as that is committed', async () => {
    const looks = jest.spyOn(app.database, 'read');
    const id = await app.queue.send(PLAIN, { text: 'first' });
    await eventually(
      () => queued(database.url, 'plain'),
      (rows) => rows.some((row) => row.id === id && row.state === 'completed'),
    );
    // It looks when it is woken and when it is done; after that it sleeps.
    await eventually(
      () => looks.mock.calls.length,
      (calls) => calls >= 2,
    );
    await Promise.all(looks.mock.results.map(({ value }) => value as Promise<unknown>));
    looks.mockRestore();
    await app.database.transaction(() => app.queue.send(PLAIN, { text: 'second' }));
    await eventually(
      () => handlers.done,
      (done) => done.includes('second'),
    );
  });

  it('forgets work whose transaction is rolled back', async () => {
    const sent = app.database.transaction(async () => {
      await app.queue.send(PLAIN, { text: 'rolled back' });
      throw new Error('changed my mind');
    });
    await expect(sent).rejects.toThrow('changed my mind');
    await app.queue.send(PLAIN, { text: 'after it' });
    await eventually(
      () => handlers.done,
      (done) => done.includes('after it'),
    );
    expect(handlers.done).not.toContain('rolled back');
  });

  it('takes work that is sent twice under one id once', async () => {
    const id = crypto.randomUUID();
    expect(await app.queue.send(PLAIN, { text: 'once' }, { id })).toBe(id);
    expect(await app.queue.send(PLAIN, { text: 'twice' }, { id })).toBeUndefined();
    await app.queue.send(PLAIN, { text: 'the next' });
    await eventually(
      () => handlers.done,
      (done) => done.includes('the next') && done.includes('once'),
    );
    expect(handlers.done).not.toContain('twice');
  });

  it('has no place for work that no migration has made a queue for', async () => {
    await expect(app.queue.send(UNMADE, {})).rejects.toThrow('no queue unmade');
  });

  it('tries failed work again, later each time, and gives it up after its retries', async () => {
    handlers.attempts.length = 0;
    const id = await app.queue.send(FAILING, { failures: 3 });
    const state = (wanted: string, retries: number) =>
      eventually(
        async () => (await queued(database.url, 'failing')).find((row) => row.id === id),
        (row) => row?.state === wanted && row.retries === retries,
      );
    // Once to twice the delay of 40 s, then twice that; some seconds have passed since.
    for (const [retries, least, most] of [
      [0, 30, 80],
      [1, 70, 160],
    ] as const) {
      const row = await state('retry', retries);
      expect(row?.delay).toBeGreaterThan(least);
      expect(row?.delay).toBeLessThanOrEqual(most);
      await letTimePass(database.url, 'failing');
      await app.queue.send(FAILING, { failures: 0 });
    }
    expect((await state('failed', 2))?.reason).toBe('Error: No 3');
    expect(handlers.attempts.filter((attempt) => attempt > 1)).toEqual([2, 3]);
    const told = app.lines
      .filter(({ fields }) => fields.id === id)
      .map(({ level, fields }) => [level, fields.work]);
    expect(told).toEqual([
      ['warn', 'failing'],
      ['warn', 'failing'],
      ['error', 'failing'],
    ]);
    expect((await app.dead.list())[0]).toMatchObject({
      name: 'failing',
      id,
      attempts: 3,
      reason: 'Error: No 3',
    });
  });

  it('does dead work anew when it is told to, with all its retries', async () => {
    handlers.attempts.length = 0;
    const [dead] = await app.dead.list();
    expect(await app.dead.revive(dead?.id)).toBe(1);
    expect((await app.dead.list()).map(({ id }) => id)).not.toContain(dead?.id);
    await app.queue.send(FAILING, { failures: 0 });
    const row = await eventually(
      async () => (await queued(database.url, 'failing')).find(({ id }) => id === dead?.id),
      (found) => found?.state === 'retry',
    );
    expect(row?.retries).toBe(0);
    await app.database.query(unprepared(`DELETE FROM queue.job WHERE name = 'failing'`));
  });

  it('tells a handler whose time is up to end, and counts that as a failure', async () => {
    const id = await app.queue.send(SLOW, {});
    const row = await eventually(
      async () => (await queued(database.url, 'slow')).find((found) => found.id === id),
      (found) => found?.state === 'failed',
    );
    expect(row?.reason).toMatch(/longer than 0\.2 s/);
  });

  it('does no more work of a kind at once than that has places', async () => {
    handlers.open = [];
    for (let sent = 0; sent < 5; sent++) await app.queue.send(WIDE, {});
    await eventually(
      () => handlers.open.length,
      (open) => open === 3,
    );
    // The worker has looked again when other work is done that was sent later.
    await app.queue.send(PLAIN, { text: `beside ${way}` });
    await eventually(
      () => handlers.done,
      (done) => done.includes(`beside ${way}`),
    );
    expect(handlers.open).toHaveLength(3);
    handlers.open[0]?.();
    await eventually(
      () => handlers.open.length,
      (open) => open === 4,
    );
    while (handlers.open.length < 5) {
      handlers.open[handlers.open.length - 1]?.();
      await eventually(
        () => handlers.open.length,
        (open) => open === 5,
      );
    }
    handlers.open.forEach((open) => open());
    await eventually(
      () => queued(database.url, 'wide'),
      (rows) => rows.every(({ state }) => state === 'completed'),
    );
  });
});
