import { Ages } from '../../../src/job-counts/ages';

const SECOND = 1000;

describe('How long the oldest change waits to be folded', () => {
  it('is told from when its id was first seen to have been given out', () => {
    const ages = new Ages();
    expect(ages.look(null, null, 0)).toBe(0);
    expect(ages.look(null, 5, 10 * SECOND)).toBe(0);
    expect(ages.look(6, 9, 20 * SECOND)).toBe(0);
    expect(ages.look(6, 20, 35 * SECOND)).toBe(15);
    // 6 to 9 have been folded: 10 was given out between 20 and 35 s.
    expect(ages.look(10, 30, 50 * SECOND)).toBe(15);
    expect(ages.look(21, 30, 65 * SECOND)).toBe(15);
    expect(ages.look(null, 30, 80 * SECOND)).toBe(0);
  });

  it('grows as long as nothing is folded, for days', () => {
    const ages = new Ages();
    let last = 100;
    ages.look(1, last, 0);
    for (let time = 1; time <= 20_000; time += 1)
      expect(ages.look(1, (last += 3), time * 15 * SECOND)).toBe(time * 15);
  });

  it('is not that of ids which were given out and taken back', () => {
    const ages = new Ages();
    ages.look(null, 50, 0);
    expect(ages.look(60, 60, 100 * SECOND)).toBe(0);
  });
});
