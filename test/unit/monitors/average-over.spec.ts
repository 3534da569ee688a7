import { AverageOver } from '../../../src/monitors/average-over';

describe('The average over a time', () => {
  it('is there once values have come for all of it, and of those alone', () => {
    const average = new AverageOver(3000);
    const values = [10, 20, 30, 40, 100, 0, 0, 0];
    const averages = values.map((value, second) => average.add(value, 1000 * second));
    expect(averages).toEqual([undefined, undefined, undefined, 30, 170 / 3, 140 / 3, 100 / 3, 0]);
  });

  it('begins anew', () => {
    const average = new AverageOver(1000);
    average.add(90, 0);
    expect(average.add(90, 1000)).toBe(90);
    average.clear();
    expect(average.add(90, 2000)).toBeUndefined();
    expect(average.add(80, 3000)).toBe(80);
  });

  it('counts each value by the time that it is of, and the oldest by its part in the time', () => {
    const average = new AverageOver(60_000);
    // A process that is blocked for nine seconds, and then less busy for two, is not looked at while it is blocked.
    average.add(0, 0);
    let last: number | undefined;
    for (let at = 0; at < 88_000; at += 11_000) {
      average.add(100, at + 9_000);
      average.add(60, at + 10_000);
      last = average.add(60, at + 11_000);
    }
    // From the 28th second to the 88th twelve seconds are less busy.
    expect(last).toBeCloseTo((48 * 100 + 12 * 60) / 60, 9);
    // From the 37th on, amid a time of being blocked, ten.
    expect(average.add(100, 97_000)).toBeCloseTo((50 * 100 + 10 * 60) / 60, 9);
  });

  it('bears values that come late', () => {
    const average = new AverageOver(2000);
    average.add(50, 0);
    expect(average.add(70, 9000)).toBe(70);
  });
});
