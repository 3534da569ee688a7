/** How much of the machine the product may use. */
export interface MachineSize {
  /** Whole processors. */
  cores: number;
  /** Mebibytes for all processes together, with the page cache. */
  megabytes: number;
}

/** The smallest machine that is promised to do. */
export const SMALL: MachineSize = { cores: 1, megabytes: 1024 };

/** Numbers of the processors for the product, and of those for the load. */
export interface Processors {
  product: number[];
  load: number[];
}

/**
 * The product gets the last processors, the load all others: it must not take from the product's. Where there are no
 * others both share them.
 * @throws Error where there are too few
 */
export const divideProcessors = (allowed: readonly number[], cores: number): Processors => {
  if (allowed.length < cores)
    throw new Error(`A machine of ${cores} cores cannot be made of ${allowed.length}`);
  const product = allowed.slice(-cores);
  const others = allowed.slice(0, -cores);
  return { product, load: others.length === 0 ? product : others };
};

/** Numbers in a list as Linux writes it: `0-2,5`. */
export const processorsIn = (list: string): number[] =>
  list
    .trim()
    .split(',')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [from = 0, to = from] = part.split('-').map(Number);
      return Array.from({ length: to - from + 1 }, (_none, index) => from + index);
    });
