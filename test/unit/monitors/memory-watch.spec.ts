import { Logger } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type AppConfig } from '../../../src/config';
import { type AnswerCache } from '../../../src/platform/cache';
import { MemoryWatch } from '../../../src/monitors/memory-watch';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const MIB = 1024 * 1024;
const GROWTH_TIME = 500;

/** Some collections' growth as a part of what the process has by then, which is much where others have run before. Percent. */
const someGrowth = (): number => {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return ((36 * MIB) / (used_heap_size + external_memory + 60 * MIB)) * 100;
};

let said: string[];
let watch: MemoryWatch;
let cached = 0;

beforeEach(() => {
  said = [];
  jest
    .spyOn(Logger.prototype, 'warn')
    .mockImplementation((_line, text: unknown) => void said.push(String(text)));
  collect();
  const memory = { growth: someGrowth(), growthTime: GROWTH_TIME };
  const config = { monitoring: { memory } } as unknown as AppConfig;
  const answers = {
    memory: {
      get use() {
        return { bytes: cached, keys: 0 };
      },
    },
  } as unknown as AnswerCache;
  watch = new MemoryWatch(config, answers);
  watch.onApplicationBootstrap();
});
afterEach(() => {
  watch.beforeApplicationShutdown();
  jest.restoreAllMocks();
});

/** Turns that a machine needs at most until it has seen what there is to see. */
const MOST_TURNS = 60;

/**
 * At least so often, and until all of the time has been seen three times; a busy machine takes longer for each turn.
 * @param step what is done before each collection
 * @param goOn whether to go on even then
 */
const live = async (step: (held: Buffer[]) => void, goOn = (): boolean => false): Promise<void> => {
  const held: Buffer[] = [];
  const end = performance.now() + 3 * GROWTH_TIME;
  for (let turn = 0; turn < MOST_TURNS && (turn < 14 || performance.now() < end || goOn()); turn += 1) {
    step(held);
    collect();
    await delay(50);
  }
};

describe('A process', () => {
  it('whose memory grows from collection to collection says so', async () => {
    await live(
      (held) => held.push(Buffer.alloc(12 * MIB, 1)),
      () => said.length === 0,
    );
    expect(said[0]).toMatch(/Memory grows steadily/);
  });

  it('whose garbage is collected says nothing, nor one that fills its cache', async () => {
    cached = 0;
    await live((held) => {
      held.push(Buffer.alloc(12 * MIB, 1));
      if (held.length > 2) held.length = 0;
    });
    await live((held) => {
      held.push(Buffer.alloc(12 * MIB, 1));
      cached = held.length * 12 * MIB;
    });
    expect(said).toEqual([]);
  });
});
