/** What a kind of work needs besides its name. */
export interface WorkOptions {
  /** How often it is tried again after a failure before it is given up (dead). Default 5. */
  readonly retries?: number;
  /**
   * Seconds before it is tried again: once to twice as many before the first retry, doubling with each further one, with
   * jitter. Default 5.
   */
  readonly retryDelay?: number;
  /** Seconds a handler may take; then its signal fires and the attempt counts as failed. Default 900, at most 82800. */
  readonly timeout?: number;
  /** Most that one process does at once. Default 1. */
  readonly concurrency?: number;
}

/** A kind of work: its name, and what it is about as `T`, which has to survive JSON. */
export interface Work<T extends object> extends Required<WorkOptions> {
  /** Name of its queue, which a migration makes (`createWorkQueue`). */
  readonly name: string;
  /** Never there: carries the type. */
  readonly data?: T;
}

/** pg-boss takes no lease of a day or longer. Seconds. */
const LONGEST = 23 * 3600;

/**
 * Declares a kind of work: a constant that both who sends it and who handles it name.
 * @param name lower-case words with hyphens, at most 50 characters
 * @throws Error for an option that is out of its bounds
 */
export const defineWork = <T extends object>(name: string, options: WorkOptions = {}): Work<T> => {
  const work = { name, retries: 5, retryDelay: 5, timeout: 900, concurrency: 1, ...options };
  if (!/^[a-z][a-z0-9-]{0,49}$/.test(name)) throw new Error(`${name} is no name for work`);
  const inBounds =
    isWhole(work.retries, 0) &&
    isWhole(work.retryDelay, 1) &&
    isWhole(work.concurrency, 1) &&
    work.timeout > 0;
  if (!inBounds || work.timeout > LONGEST) throw new Error(`An option of the work ${name} is out of bounds`);
  return work;
};

const isWhole = (value: number, least: number): boolean => Number.isSafeInteger(value) && value >= least;
