import { growthBeyond, growthOf, verdictOf } from './growth';

/** A median over rounds, between the lowest and the highest of them. */
export interface Rounded {
  value: number;
  lowest: number;
  highest: number;
}

/** How far the baseline may go, largest to smallest size: it costs the same whatever the database holds. */
export const BASELINE_BOUNDS = { least: 0.85, most: 1.2 };

/** A figure with the range of its rounds; without one (older figures) it stands for all of them. */
export const roundedOf = (
  value: number,
  [lowest, highest]: readonly [number, number] = [value, value],
): Rounded => ({
  value,
  // A sum of medians may lie beside the sums of all rounds.
  lowest: Math.min(value, lowest),
  highest: Math.max(value, highest),
});

/**
 * The growth of figures beyond the baseline: that of the medians, and the least and the most that any two rounds, of
 * the largest and of the smallest size, make of it. NaN as `growthOf`.
 */
export const growthOfRounds = (figures: readonly Rounded[], baselines: readonly number[]): Rounded => {
  const beyond = (read: (figure: Rounded, index: number) => number): number =>
    growthBeyond(figures.map(read), baselines);
  return {
    value: beyond(({ value }) => value),
    lowest: beyond(({ lowest, highest }, index) => (index === 0 ? highest : lowest)),
    highest: beyond(({ lowest, highest }, index) => (index === 0 ? lowest : highest)),
  };
};

/** What became of the baseline itself: all verdicts that divide by it hang on that. */
export const verdictOfBaseline = (values: readonly number[]): 'steady' | 'changed' | 'unknown' => {
  const growth = growthOf(values);
  if (!Number.isFinite(growth)) return 'unknown';
  return growth >= BASELINE_BOUNDS.least && growth <= BASELINE_BOUNDS.most ? 'steady' : 'changed';
};

/**
 * What became of a bound of growth: as `verdictOf`, but where some rounds hold it and others miss it nothing is
 * decided, and where the baseline changed nothing is known.
 */
export const verdictOfGrowth = (
  figures: readonly Rounded[],
  baselines: readonly number[],
  most: number,
): string => {
  const baseline = verdictOfBaseline(baselines);
  if (baseline !== 'steady') return baseline === 'changed' ? 'unknown: the baseline changed' : 'unknown';
  const { value, lowest, highest } = growthOfRounds(figures, baselines);
  if (lowest <= most && highest > most) return `about ${most}: not decided`;
  return verdictOf(value, most);
};

/** Whether a verdict says that a bound was missed. */
export const isMissed = (verdict: string): boolean => verdict.startsWith('MISSED');
