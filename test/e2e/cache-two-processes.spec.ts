import { Logger } from '@nestjs/common';
import { CachePresence } from '../../src/platform/cache';
import { outcome, startCachingApp, until, untilCaching, type CachingApp } from '../support/caching-app';
import { startTestApp, type TestApp } from '../support/test-app';

let one: CachingApp;
let warnings: jest.SpyInstance;

beforeAll(async () => {
  warnings = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  one = await startCachingApp();
});
afterAll(async () => {
  await one.close();
  warnings.mockRestore();
});

/** Warnings of the cache itself. */
const said = (): string[] =>
  warnings.mock.calls.map(([text]) => String(text)).filter((text) => text.includes('Another process'));

describe('Two processes that keep their caches in memory, on one database', () => {
  it('serve nothing stale, cache nothing while both run, say so once each, and one goes on when the other ends', async () => {
    const { token } = await one.register();
    const create = async (by: TestApp, title: string): Promise<void> => {
      const { status } = await by.request('POST', '/api/jobs', { token, body: { title } });
      expect(status).toBe(201);
    };
    const read = (by: TestApp) => by.request('GET', '/api/jobs?count=none', { token });
    await create(one, 'Of the first');
    await read(one);
    expect(outcome(await read(one))).toBe('200 HIT');

    const other = await startTestApp({}, { databaseUrl: one.databaseUrl });
    try {
      // At once: the first may still hold its leave to serve from the cache.
      await create(other, 'Of the second');
      expect((await read(one)).text).toContain('Of the second');
      await untilCaching(one, false);
      for (let turn = 0; turn < 3; turn++) {
        const [writer, reader] = turn % 2 === 0 ? [one, other] : [other, one];
        await create(writer, `Turn ${turn}`);
        for (const app of [reader, writer]) {
          const answer = await read(app);
          expect(outcome(answer)).toBe('200 BYPASS');
          expect(answer.text).toContain(`Turn ${turn}`);
        }
      }
      await until(() => said().length >= 2, 'the warnings');
      expect(said()).toHaveLength(2);
    } finally {
      await other.close();
    }

    await untilCaching(one);
    const first = await read(one);
    expect(outcome(first)).toBe('200 MISS');
    for (const title of ['Of the second', 'Turn 1']) expect(first.text).toContain(title);
    expect(outcome(await read(one))).toBe('200 HIT');
  });

  it('stay entered while both run though nobody asks, so that no write waits for the leases of the other', async () => {
    const { databaseUrl, query } = one;
    const two = await startTestApp({}, { databaseUrl });
    const other = await startTestApp({}, { databaseUrl });
    const presences = [two, other].map(({ app }) => app.get(CachePresence));
    // Of both that nobody asks: the first is asked all the while.
    const renewals = async (): Promise<string[]> => {
      const rows = await query<{ at: string }>(
        `SELECT renewed_at::text AS at FROM cache_instances
         WHERE channel IN ($1, $2) ORDER BY channel`,
        presences.map(({ standing }) => standing.channel),
      );
      return rows.map(({ at }) => at);
    };
    try {
      // Longer than the settling of those that have just entered.
      await Promise.all(presences.map(async (presence) => presence.beforeWrite()));
      for (let turn = 0; turn < 2; turn++) {
        const before = await renewals();
        await until(async () => (await renewals()).every((at, index) => at > before[index]!), 'renewals');
      }
      // Gives a promise where it would have to wait.
      for (const presence of presences) expect(presence.beforeWrite()).toBe(presence.standing);
    } finally {
      await other.close();
      await two.close();
    }
  });

  it('give way where they announce nowhere: the others would not cache for as long as that lasts', async () => {
    const other = await startTestApp({}, { databaseUrl: one.databaseUrl });
    try {
      const presence = other.app.get(CachePresence);
      await presence.beforeWrite();
      await presence.announceOn(null, false);
      await untilCaching(one, false);
      await untilCaching(one);
    } finally {
      await other.close();
    }
  });
});
