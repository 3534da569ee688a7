import { type EventLoopUtilization } from 'node:perf_hooks';
import { EventLoopWatch } from '../../../../src/platform/vitals/event-loop-watch';

/** A watch over an event loop that has been at work and idle for so many milliseconds in all. */
const watch = (): { look: (active: number, idle: number) => ReturnType<EventLoopWatch['look']> } => {
  let reading: EventLoopUtilization = { active: 0, idle: 0, utilization: 0 };
  const watched = new EventLoopWatch(() => reading);
  return {
    look: (active, idle) => {
      reading = { active, idle, utilization: active / (active + idle) };
      return watched.look();
    },
  };
};

describe('The time that an event loop is at work', () => {
  it('is told of what has passed since the last look', () => {
    const { look } = watch();
    expect(look(250, 750).utilization).toBe(25);
    expect(look(1_250, 750).utilization).toBe(100);
    expect(look(1_250, 1_750).utilization).toBe(0);
  });

  it('is 0 where no time has passed', () => {
    expect(watch().look(0, 0)).toMatchObject({ utilization: 0, recentUtilization: 0 });
  });

  it('is also told over the last ten looks', () => {
    const { look } = watch();
    expect(look(1_000, 0).recentUtilization).toBe(100);
    for (let n = 1; n <= 8; n += 1) look(1_000, n * 1_000);
    expect(look(1_000, 9_000).recentUtilization).toBe(10);
    expect(look(1_000, 10_000).recentUtilization).toBe(0);
  });

  it('counts by time, not by looks: a look that comes late weighs more', () => {
    const { look } = watch();
    look(0, 1_000);
    expect(look(9_000, 1_000).recentUtilization).toBe(90);
  });
});
