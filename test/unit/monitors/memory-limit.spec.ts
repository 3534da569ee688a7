import { Logger } from '@nestjs/common';
import { AppConfig, parseEnvironment } from '../../../src/config';
import { AnswerCache, CachedAnswer } from '../../../src/platform/cache';
import { type ProcessVitals, type Vitals } from '../../../src/platform/vitals';
import { MemoryLimit } from '../../../src/monitors/memory-limit';

const KIB = 1024;
const SAMPLE = { rss: 1, limit: 100, external: 0 };
const HEAP = { used: 1, total: 1, limit: 100 };

let cache: AnswerCache;
let limit: MemoryLimit;
let said: string[];

beforeEach(() => {
  const environment = parseEnvironment({ CACHE_MAX_BYTES: String(640 * KIB) });
  const config = new AppConfig(environment, { databaseUrl: 'postgres://x/y', secretKey: 'x' });
  cache = new AnswerCache(config);
  const vitals = { onSample: () => undefined } as unknown as ProcessVitals;
  limit = new MemoryLimit(config, vitals, cache);
  said = [];
  for (const level of ['log', 'warn', 'error'] as const)
    jest
      .spyOn(Logger.prototype, level)
      .mockImplementation((...line: unknown[]) => void said.push(`${level} ${JSON.stringify(line)}`));
});
afterEach(() => jest.restoreAllMocks());

const fill = (): void => {
  for (let index = 0; index < 200; index += 1)
    cache.memory.set(
      `key ${index}`,
      new CachedAnswer({
        stamp: 's',
        contentType: 'text/plain',
        tag: 't',
        body: Buffer.alloc(8 * KIB),
        madeAt: Date.now(),
        expiresAt: Date.now() + 60_000,
      }),
    );
};
const sample = (percents: { memory?: number; heap?: number }, times: number): void => {
  const vitals = {
    memory: { ...SAMPLE, percent: percents.memory ?? 10 },
    heap: { ...HEAP, percent: percents.heap ?? 10 },
  } as unknown as Vitals;
  for (let time = 0; time < times; time += 1) limit.take(vitals);
};
const room = (): number => cache.memory.room.bytes / KIB;

describe('Memory that runs short', () => {
  it.each(['memory', 'heap'])('as %s has the cache give up half of its room, once', (kind) => {
    fill();
    sample({ [kind]: 90 }, 2);
    expect(room()).toBe(640);
    sample({ [kind]: 90 }, 500);
    expect(room()).toBe(320);
    expect(cache.memory.use.bytes).toBeLessThanOrEqual(320 * KIB);
    expect(cache.memory.use.bytes).toBeGreaterThan(280 * KIB);
    expect(said).toEqual([expect.stringMatching(/^warn .*"memory":"high".*"freed":\d{6}/)]);
  });

  it('has it give up more while it is nearly used up, but not all', () => {
    sample({ heap: 90 }, 3);
    sample({ heap: 95 }, 3);
    expect(room()).toBe(160);
    sample({ heap: 95 }, 60);
    expect(room()).toBe(80);
    sample({ heap: 95 }, 600);
    expect(room()).toBe(40);
    expect(said[1]).toMatch(/^error .*"memory":"critical"/);
  });

  it('gives the room back after five minutes as usual, and then it is filled again', () => {
    sample({ heap: 95 }, 3);
    sample({ heap: 50 }, 60 + 299);
    expect(room()).toBe(320);
    sample({ heap: 50 }, 1);
    expect(room()).toBe(640);
    fill();
    expect(cache.memory.use.bytes).toBeGreaterThan(600 * KIB);
    expect(said.at(-1)).toMatch(/has all of its room again/);
    const lines = said.length;
    sample({ heap: 50 }, 1000);
    expect(said).toHaveLength(lines);
  });
});
