import { Client } from 'pg';
import { untilBlocked } from '../support/blocked';
import { outcome } from '../support/caching-app';
import { startRedis, type RedisServer } from '../support/redis-server';
import {
  read,
  rename,
  startPair,
  stopReader,
  stopWriter,
  titleOf,
  untilHit,
  type Pair,
} from '../support/shared-cache';
import { type TestResponse } from '../support/test-app';

let redis: RedisServer;
let pair: Pair;

beforeAll(async () => {
  redis = await startRedis();
  pair = await startPair(redis.url);
});
afterAll(async () => {
  await pair.close();
  await redis.stop();
});

let count = 0;
const newTitle = (): string => `title ${(count += 1)}`;

/** Both instances tell this title, from the database or from the cache. */
const expectEverywhere = async (title: string): Promise<void> => {
  for (const through of [pair.b, pair.a, pair.b, pair.a]) {
    expect(titleOf(await read(through, pair))).toBe(title);
  }
};

describe('two instances on one Redis', () => {
  it('share bodies: what one has read, the other answers without reading it', async () => {
    await rename(pair.a, pair, newTitle());
    const made = await read(pair.a, pair);
    expect(outcome(made)).toBe('200 MISS');
    pair.b.evict();
    const shared = await untilHit(pair.b, pair);
    expect(shared.text).toBe(made.text);
    expect(shared.headers.get('etag')).toBe(made.headers.get('etag'));
    // And from its own memory, with the body in Redis gone.
    for (const key of await redis.command<string[]>('KEYS', 'jobtrail:a*')) await redis.command('DEL', key);
    expect(outcome(await read(pair.b, pair))).toBe('200 HIT');
  });

  it('answer 304 for what the other one sent', async () => {
    const sent = await untilHit(pair.a, pair);
    const answer = await pair.b.request('GET', `/api/jobs/${pair.job.id}`, {
      token: pair.user.token,
      headers: { 'if-none-match': sent.headers.get('etag') ?? '' },
    });
    expect(answer.status).toBe(304);
  });

  it('see a write of the other with the next read', async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      const [writer, reader] = turn % 2 === 0 ? [pair.a, pair.b] : [pair.b, pair.a];
      await untilHit(reader, pair);
      const title = newTitle();
      expect((await rename(writer, pair, title)).status).toBe(200);
      expect(titleOf(await read(reader, pair))).toBe(title);
    }
  });

  const places = ['before its mark', 'marked', 'before its commit', 'before its bump', 'bumped'] as const;
  const pauses = [
    ['between confirming the version and reading', 'before'],
    ['between reading and caching', 'after'],
  ] as const;
  const cases = places.flatMap((place) => pauses.map(([pause, when]) => ({ place, pause, when })));

  it.each(cases)(
    'never cache the old: a writer stands $place while a reader stops $pause',
    async ({ place, when }) => {
      const { a, b, job } = pair;
      await untilHit(b, pair);
      b.evict();
      for (const key of await redis.command<string[]>('KEYS', 'jobtrail:a*')) await redis.command('DEL', key);
      const title = newTitle();
      const reader = stopReader(b, when, job.id);
      let reading: Promise<TestResponse> | undefined;
      const startReading = async (): Promise<void> => {
        reading = read(b, pair);
        await reader.reached;
      };
      await writeStoppingAt(place, title, startReading);
      // The write has been answered: from now on nobody is told the old title, whatever the stopped reader does.
      expect(titleOf(await read(a, pair))).toBe(title);
      reader.open();
      await reading;
      await expectEverywhere(title);
      await untilHit(b, pair);
      await expectEverywhere(title);
    },
  );

  /** Writes through A, and has `meanwhile` done while the write stands at a place. */
  const writeStoppingAt = async (
    place: (typeof places)[number],
    title: string,
    meanwhile: () => Promise<void>,
  ): Promise<void> => {
    const { a } = pair;
    if (place === 'before its commit') {
      const holder = new Client({ connectionString: a.databaseUrl });
      await holder.connect();
      await holder.query('SELECT pg_advisory_lock(4711)');
      await a.query(`CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NEW; END $$`);
      await a.query(
        'CREATE TRIGGER wait_here BEFORE UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION wait_here()',
      );
      const writing = rename(a, pair, title);
      await untilBlocked(a);
      await meanwhile();
      await holder.end();
      expect((await writing).status).toBe(200);
      await a.query('DROP FUNCTION wait_here CASCADE');
      return;
    }
    const [at, when] = {
      'before its mark': ['mark', 'before'],
      marked: ['mark', 'after'],
      'before its bump': ['renew', 'before'],
      bumped: ['renew', 'after'],
    }[place] as ['mark' | 'renew', 'before' | 'after'];
    const writer = stopWriter(a, at, when);
    const writing = rename(a, pair, title);
    await writer.reached;
    await meanwhile();
    writer.open();
    expect((await writing).status).toBe(200);
  };

  it('serve nothing from the cache while a write of the other is under way, and cache again after it', async () => {
    const { a, b } = pair;
    await untilHit(b, pair);
    const writer = stopWriter(a, 'renew', 'before');
    const writing = rename(a, pair, newTitle());
    await writer.reached;
    expect(outcome(await read(b, pair))).toBe('200 BYPASS');
    writer.open();
    await writing;
    expect(outcome(await read(b, pair))).toBe('200 MISS');
    expect(outcome(await read(b, pair))).toBe('200 HIT');
  });

  it('wait for the last of several writers', async () => {
    const { a, b } = pair;
    await untilHit(b, pair);
    const slow = stopWriter(a, 'renew', 'before');
    const writing = rename(a, pair, newTitle());
    await slow.reached;
    const last = newTitle();
    await rename(b, pair, last);
    expect(outcome(await read(b, pair))).toBe('200 BYPASS');
    slow.open();
    await writing;
    await untilHit(b, pair);
    await expectEverywhere(last);
  });

  it('leave the answers of other users alone', async () => {
    const other = await pair.a.register();
    const list = (): Promise<TestResponse> => pair.b.request('GET', '/api/jobs', { token: other.token });
    await list();
    expect(outcome(await list())).toBe('200 HIT');
    await rename(pair.a, pair, newTitle());
    expect(outcome(await list())).toBe('200 HIT');
  });
});
