/** What a request may cost at the largest size, in terms of what it costs at the smallest. */
export const MOST_GROWTH = 1.2;

/** Longest that a search in the longest list may take, for 95 of 100. Milliseconds. */
export const MOST_SEARCH = 50;

/** The last value to the first one; NaN where there are no two, or none to compare with. */
export const growthOf = (values: readonly number[]): number => {
  const [first = Number.NaN] = values;
  const last = values.length < 2 ? Number.NaN : (values.at(-1) ?? Number.NaN);
  return first > 0 ? last / first : Number.NaN;
};

/**
 * The growth of values, each in terms of what the baseline took at the same time: a machine that is slower while one
 * of the sizes is measured makes both dearer alike.
 */
export const growthBeyond = (values: readonly number[], baselines: readonly number[]): number =>
  growthOf(values.map((value, index) => value / (baselines[index] ?? Number.NaN)));

/** What became of a bound: `held`, by how much it was missed, or that nothing is known. */
export const verdictOf = (measured: number, most: number): string => {
  if (!Number.isFinite(measured)) return 'unknown';
  return measured <= most ? 'held' : `MISSED by ${Math.max(1, Math.round((measured / most - 1) * 100))} %`;
};
