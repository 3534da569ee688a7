import { CpuWatch } from '../../../../src/platform/vitals/cpu-watch';

/** A watch over a process that has used so many milliseconds of CPU time after so many. */
const watch = (cpus: number): { look: (at: number, used: number) => ReturnType<CpuWatch['look']> } => {
  let reading = { at: 0, used: 0 };
  const watched = new CpuWatch(cpus, () => reading);
  return {
    look: (at, used) => {
      reading = { at, used };
      return watched.look();
    },
  };
};

describe('The CPU use of a process', () => {
  it('is what it used of what it could have used since the last look', () => {
    const { look } = watch(2);
    expect(look(1_000, 500).percent).toBe(25);
    expect(look(2_000, 2_500).percent).toBe(100);
    expect(look(3_000, 2_500).percent).toBe(0);
  });

  it('counts fractions of CPUs, and is never above 100', () => {
    expect(watch(0.5).look(1_000, 250)).toEqual({ percent: 50, recentPercent: 50, cpus: 0.5 });
    expect(watch(0.5).look(1_000, 700).percent).toBe(100);
  });

  it('is 0 where no time has passed', () => {
    expect(watch(1).look(0, 0)).toMatchObject({ percent: 0, recentPercent: 0 });
  });

  it('is also told over the last ten looks', () => {
    const { look } = watch(1);
    expect(look(1_000, 1_000)).toMatchObject({ percent: 100, recentPercent: 100 });
    for (let n = 2; n <= 9; n += 1) look(n * 1_000, 1_000);
    expect(look(10_000, 1_000)).toMatchObject({ percent: 0, recentPercent: 10 });
    expect(look(11_000, 1_000)).toMatchObject({ percent: 0, recentPercent: 0 });
  });
});
