import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CachedAnswer } from '../../../../src/platform/cache/answers/cached-answer';
import { MemoryAnswers } from '../../../../src/platform/cache/answers/memory-answers';
import { eventually } from '../../../support/eventually';

const NOW = 1_800_000_000_000;
const KIB = 1024;

afterEach(() => jest.restoreAllMocks());

const answer = (size: number, stamp = 's'): CachedAnswer =>
  new CachedAnswer({
    stamp,
    contentType: 'text/plain',
    tag: 't',
    body: Buffer.alloc(size, Math.random().toString(36)),
    madeAt: Date.now(),
    expiresAt: Date.now() + 60_000,
  });

const room = (maxBytes: number, maxKeys = 1_000): MemoryAnswers =>
  new MemoryAnswers({ enabled: true, ttlSeconds: 300, maxBytes, maxKeys });

describe('Answers in memory', () => {
  it('stay within their bytes: the least recently used go first', () => {
    const memory = room(100 * KIB);
    for (let n = 0; n < 100; n++) {
      memory.set(`k${n}`, answer(4 * KIB));
      memory.get('k0', 's');
      expect(memory.use.bytes).toBeLessThanOrEqual(100 * KIB);
    }
    expect(memory.get('k0', 's') !== undefined).toBe(true);
    expect(memory.get('k1', 's')).toBeUndefined();
    expect(memory.get('k99', 's') !== undefined).toBe(true);
    expect(memory.evictions).toBe(100 - memory.use.keys);
  });

  it('stay within their number', () => {
    const memory = room(1024 * KIB, 3);
    for (const key of ['a', 'b', 'c']) memory.set(key, answer(10));
    memory.get('a', 's');
    memory.set('d', answer(10));
    expect(['a', 'b', 'c', 'd'].map((key) => memory.get(key, 's') !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it('stay within their bytes also when they are compressed', async () => {
    const memory = room(64 * KIB);
    const kept = answer(4 * KIB);
    memory.set('a', kept);
    const before = memory.use.bytes;
    for (let time = 0; time < 2; time++) {
      for (const encoding of ['br', 'gzip'] as const) {
        await kept.encode(encoding, (grown) => memory.grown('a', grown));
      }
    }
    const forms = (kept.encoded('br')?.length ?? 0) + (kept.encoded('gzip')?.length ?? 0);
    expect(forms).toBeGreaterThan(0);
    expect(memory.use.bytes).toBe(before + forms);
    memory.set('a', answer(KIB));
    memory.grown('a', kept);
    expect(memory.use.bytes).toBeLessThan(before);
  });

  it('are not kept when they are too large, nor with no room at all', () => {
    const memory = room(160 * KIB);
    memory.set('a', answer(10 * KIB));
    memory.set('b', answer(10 * KIB + 1));
    expect([memory.get('a', 's'), memory.get('b', 's')].map((found) => found !== undefined)).toEqual([
      true,
      false,
    ]);
    const none = room(0);
    none.set('a', answer(1));
    expect(none.use).toEqual({ bytes: 0, keys: 0 });
    const vast = room(1024 * 1024 * KIB);
    vast.set('a', answer(1024 * KIB + 1));
    expect(vast.use.keys).toBe(0);
  });

  it('are found under their stamp alone', () => {
    const memory = room(64 * KIB);
    memory.set('a', answer(10, 'old'));
    expect(memory.get('a', 'new')).toBeUndefined();
    expect(memory.get('a', 'old') !== undefined).toBe(true);
  });
});

describe('An answer', () => {
  const clocks = (wall: number, own: number): void => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW + wall);
    jest.spyOn(performance, 'now').mockReturnValue(own);
  };

  it.each([
    ['as the clocks go', 59_999, 59_999, true],
    ['when its time is over', 60_000, 60_000, false],
    ['when the clock was set ahead', 60_000, 10, false],
    ['when the clock was set back, before it was made', -1, 10, false],
    ['when the clock was set back, and its time is over', 10_000, 60_000, false],
  ])('may be used or not: %s', (_name, wall, own, usable) => {
    clocks(0, 0);
    const made = answer(1);
    clocks(wall, own);
    expect(made.usable()).toBe(usable);
  });

  it('is compressed once, however many ask', async () => {
    const one = answer(4 * KIB);
    const done = jest.fn();
    const forms = await Promise.all([1, 2, 3].map(() => one.encode('br', done)));
    expect(new Set(forms).size).toBe(1);
    expect(done).toHaveBeenCalledTimes(1);
  });

  it('gives up half of its room and what was least recently used, down to a sixteenth, and takes it again', () => {
    const memory = room(1024 * KIB, 64);
    for (let n = 0; n < 64; n++) memory.set(`k${n}`, answer(8 * KIB));
    memory.get('k0', 's');
    const before = memory.use.bytes;
    expect(memory.shrink()).toBe(before - memory.use.bytes);
    expect(memory.use.keys).toBe(32);
    expect(memory.get('k0', 's') !== undefined).toBe(true);
    expect(memory.get('k32', 's')).toBeUndefined();
    expect(memory.get('k63', 's') !== undefined).toBe(true);
    expect(memory.evictions).toBe(32);
    for (let time = 0; time < 10; time++) memory.shrink();
    expect(memory.room).toEqual({ bytes: 64 * KIB, keys: 4 });
    expect(memory.use.keys).toBe(4);
    memory.restore();
    expect(memory.room).toEqual({ bytes: 1024 * KIB, keys: 64 });
    expect(memory.use.keys).toBe(4);
    for (let n = 0; n < 64; n++) memory.set(`n${n}`, answer(8 * KIB));
    expect(memory.use.keys).toBe(64);
  });

  it('really gives its memory up when it shrinks', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const memory = room(64 * 1024 * KIB, 10_000);
    for (let n = 0; n < 100; n++) memory.set(`k${n}`, answer(512 * KIB));
    collect();
    const before = process.memoryUsage().arrayBuffers;
    memory.shrink();
    memory.shrink();
    // Buffers are given back some time after a collection.
    const freed = await eventually(
      () => {
        collect();
        return before - process.memoryUsage().arrayBuffers;
      },
      (bytes) => bytes > 30 * 1024 * KIB,
    );
    expect(freed).toBeGreaterThan(30 * 1024 * KIB);
    expect(memory.use.keys).toBeGreaterThan(20);
  });
});
