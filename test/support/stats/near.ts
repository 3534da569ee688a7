/** Matches numbers that differ from a value by no more than a tolerance. */
export const near = (value: number, tolerance: number): number => {
  const matcher = {
    asymmetricMatch: (other: unknown): boolean =>
      typeof other === 'number' && Math.abs(other - value) <= tolerance,
    toString: () => `${value} ± ${tolerance}`,
  };
  return matcher as unknown as number;
};

/** Matches a length of time that may be rounded to whole milliseconds. In seconds. */
export const seconds = (value: number): number => near(value, 0.000_501);

/** Matches a part of a whole. */
export const rate = (value: number): number => near(value, 1e-9);
