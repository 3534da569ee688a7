import { ConsoleLogger, Logger } from '@nestjs/common';
import { DatabaseWatch } from '../../../../src/platform/queue/database-watch';
import { RepeatedLoop } from '../../../../src/platform/queue/repeated-work';

const POLL = 30_000;

/** A loop whose runs give, one after the other, what is told; afterwards that there is no more. */
const loopOf = (...outcomes: (boolean | Error)[]) => {
  const runs: number[] = [];
  const run = (): Promise<boolean> => {
    runs.push(Date.now());
    const outcome = outcomes.shift() ?? false;
    return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
  };
  const loop = new RepeatedLoop({ name: 'again', run }, new DatabaseWatch(), POLL);
  return { loop, runs };
};

beforeEach(() => {
  jest.useFakeTimers({ now: 0, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
});
afterEach(() => jest.useRealTimers());

beforeAll(() => {
  Logger.overrideLogger(false);
});
afterAll(() => {
  Logger.overrideLogger(new ConsoleLogger());
});

const pass = (milliseconds: number): Promise<void> => jest.advanceTimersByTimeAsync(milliseconds);

/** Several turns of the event loop: a run that follows at once takes one. */
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe('Repeated work', () => {
  it('is done again at once while there is more, then every second for a while, then at the poll interval', async () => {
    const { loop, runs } = loopOf(true, true, true, false);
    const ended = loop.run();
    await turns();
    expect(runs).toEqual([0, 0, 0, 0]);
    await pass(10_000);
    expect(runs.slice(4)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((second) => second * 1000));
    await pass(POLL - 1);
    expect(runs).toHaveLength(14);
    await pass(2);
    expect(runs).toHaveLength(15);
    loop.stop();
    await ended;
  });

  it('that is woken is done soon, and once for all who wake it within a second', async () => {
    const { loop, runs } = loopOf();
    const ended = loop.run();
    await turns();
    await pass(5_000);
    loop.wake();
    await turns();
    expect(runs).toEqual([0, 5_000]);
    for (let woken = 0; woken < 10; woken++) {
      loop.wake();
      await pass(50);
    }
    await pass(500);
    expect(runs).toEqual([0, 5_000, 6_000]);
    loop.stop();
    await ended;
  });

  it('that fails pauses, longer each time, whoever wakes it', async () => {
    const { loop, runs } = loopOf(...Array.from({ length: 4 }, () => new Error('no')));
    const ended = loop.run();
    await turns();
    for (let second = 0; second < 16; second++) {
      loop.wake();
      await pass(1_000);
    }
    const pauses = runs.slice(1, 5).map((at, index) => at - (runs[index] ?? 0));
    expect(pauses).toHaveLength(4);
    [1_000, 2_000, 4_000, 8_000].forEach((most, index) => {
      expect(pauses[index]).toBeLessThanOrEqual(most);
      expect(pauses[index]).toBeGreaterThanOrEqual(most * 0.75 - 1);
    });
    loop.stop();
    await ended;
  });

  it('is told to end and waited for when the worker stops', async () => {
    let told: AbortSignal | undefined;
    let end = (): void => undefined;
    const run = (signal: AbortSignal): Promise<boolean> => {
      told = signal;
      return new Promise((resolve) => (end = () => resolve(true)));
    };
    const loop = new RepeatedLoop({ name: 'again', run }, new DatabaseWatch(), POLL);
    let over = false;
    const ended = loop.run().then(() => (over = true));
    await turns();
    loop.stop();
    await turns();
    expect([told?.aborted, over]).toEqual([true, false]);
    end();
    await ended;
  });
});
