/** A value at a moment: milliseconds, and any unit. */
export interface Moment {
  at: number;
  value: number;
}

/** How fast something grows, with what that may be at 95 %: units an hour. */
export interface Trend {
  perHour: number;
  least: number;
  most: number;
}

/** What is left out at the beginning: caches fill and code is compiled. */
const WARM_UP = 1 / 3;

/** Stretches that the rest is cut into: each has to hold a full collection, which under little load may take a minute. */
const STRETCHES = 10;

/** Least length of one in milliseconds: in less nothing is known, so a run has to last five minutes. */
const LEAST_STRETCH = 20_000;

/** Of the normal distribution, for 95 % on both sides. */
const Z = 1.96;

const HOUR = 3_600_000;

/**
 * How fast the floor of something rises: its lowest values, which for memory are those after collections, in each of ten
 * stretches of the last two thirds. The slope is the median of the slopes between each two of them (Theil and Sen), so
 * that a few that lie apart change nothing; its interval is that of Sen (1968) by the variance of Kendall's S:
 * https://doi.org/10.1080/01621459.1968.10480934
 * @returns nothing for less than five minutes, or fewer than two values a stretch: then nothing is known
 */
export const trendOf = (moments: readonly Moment[]): Trend | undefined => {
  const [first, last] = [moments[0], moments.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const begin = first.at + (last.at - first.at) * WARM_UP;
  const floor = floorOf(moments, begin, last.at);
  if (floor === undefined) return undefined;
  const slopes = floor
    .flatMap((one, index) => floor.slice(index + 1).map((two) => (two.value - one.value) / (two.at - one.at)))
    .sort((a, b) => a - b)
    .map((slope) => slope * HOUR);
  const count = floor.length;
  const spread = Z * Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18);
  const away = Math.ceil(spread / 2);
  const middle = slopes.length / 2;
  return {
    perHour: (slopes[Math.ceil(middle) - 1]! + slopes[Math.floor(middle)]!) / 2,
    least: slopes[Math.max(0, Math.floor(middle) - away)]!,
    most: slopes[Math.min(slopes.length - 1, Math.ceil(middle) - 1 + away)]!,
  };
};

/** The lowest of each stretch, at the moment when it was so low. */
const floorOf = (moments: readonly Moment[], begin: number, end: number): Moment[] | undefined => {
  if (end - begin < STRETCHES * LEAST_STRETCH) return undefined;
  const stretches = Array.from({ length: STRETCHES }, (): Moment[] => []);
  for (const moment of moments) {
    if (moment.at < begin) continue;
    const number = Math.floor(((moment.at - begin) / (end - begin)) * STRETCHES);
    stretches[Math.min(number, STRETCHES - 1)]?.push(moment);
  }
  if (stretches.some(({ length }) => length < 2)) return undefined;
  return stretches.map((stretch) => stretch.reduce((low, one) => (one.value < low.value ? one : low)));
};

/** What is known of a trend and a bound. */
export type TrendOutcome = 'held' | 'missed' | 'too noisy';

/**
 * Whether something grows faster than a bound (units an hour): held when even the most that the trend may be is below it,
 * missed when it surely grows and by the bound at least. Between the two nothing is known.
 */
export const outcomeOf = ({ perHour, least, most }: Trend, bound: number): TrendOutcome => {
  if (most < bound) return 'held';
  return least > 0 && perHour >= bound ? 'missed' : 'too noisy';
};
