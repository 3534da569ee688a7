import type { TimeToOffer } from './stats-answer';
import { reachedAt, type ToldJob } from './told-job';

/** Most offers of which the median is found exactly. */
const EXACT_UP_TO = 1000;

/**
 * Seconds from the application to the offer, of jobs that had one after the other.
 * @param looked the jobs whose offers are looked at to find those: where they are more than 1000, the median is estimated
 */
export const slowTimeToOffer = (jobs: readonly ToldJob[], looked = jobs): TimeToOffer => {
  const times = timesOf(jobs).sort((one, other) => one - other);
  const [shortest] = times;
  const longest = times.at(-1);
  const medianMode = times.length === 0 || timesOf(looked).length <= EXACT_UP_TO ? 'exact' : 'estimated';
  if (shortest === undefined || longest === undefined) {
    return { count: 0, average: null, median: null, min: null, max: null, medianMode };
  }
  const sum = times.reduce((total, time) => total + time, 0);
  return {
    count: times.length,
    average: sum / times.length / 1000,
    median: middleOf(times) / 1000,
    min: shortest / 1000,
    max: longest / 1000,
    medianMode,
  };
};

const timesOf = (jobs: readonly ToldJob[]): number[] =>
  jobs.map((job) => (reachedAt(job, 3) ?? NaN) - (reachedAt(job, 1) ?? NaN)).filter((time) => time > 0);

/** The middle one, or the mean of the middle two. @param sorted at least one */
const middleOf = (sorted: readonly number[]): number => {
  const [low, high] = [(sorted.length - 1) >> 1, sorted.length >> 1].map((index) => sorted[index] ?? NaN);
  return ((low ?? NaN) + (high ?? NaN)) / 2;
};
