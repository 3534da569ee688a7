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

  it('bears values that come late', () => {
    const average = new AverageOver(2000);
    average.add(50, 0);
    expect(average.add(70, 9000)).toBe(70);
  });
});
