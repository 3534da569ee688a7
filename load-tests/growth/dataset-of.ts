/** Jobs of an ordinary owner, on average. */
const JOBS_OF_AN_OWNER = 100;

/** The smallest step of sizes: below it owners are no whole number. */
const STEP = 1000;

/**
 * How a dataset of so many jobs is made up: a tenth belongs to one owner, the others to owners with some 100 each.
 * @throws Error for what is no multiple of 1000
 */
export const datasetOf = (jobs: number): { bigOwnerJobs: number; owners: number } => {
  if (!Number.isSafeInteger(jobs) || jobs < STEP || jobs % STEP !== 0)
    throw new Error(`--sizes must be multiples of ${STEP}, not ${jobs}`);
  const bigOwnerJobs = jobs / 10;
  return { bigOwnerJobs, owners: (jobs - bigOwnerJobs) / JOBS_OF_AN_OWNER };
};
