import { near, rate, seconds } from './near';
import { slowStats, type SlowStats } from './slow-stats';
import type { StatsApi, StatsQuery } from './stats-api';
import type { StatsAnswer } from './stats-answer';
import type { ToldJob } from './told-job';

/** How far a median that comes from a histogram may be off. */
const ESTIMATE = 0.01;

/** Asks for the stats and holds each figure against the slow computation from all the user's jobs. */
export const expectTrueStats = async (
  api: StatsApi,
  jobs: readonly ToldJob[],
  query: StatsQuery & { timeZone: string },
): Promise<StatsAnswer> => {
  const answer = await api.stats(query);
  expect({ query, ...answer }).toEqual({
    query,
    ...expected(slowStats(jobs, { ...query, asOf: answer.asOf })),
  });
  return answer;
};

const orNull = (value: number | null, matcher: (value: number) => number): number | null =>
  value === null ? null : matcher(value);

const expected = (slow: SlowStats) => ({
  ...slow,
  responseRate: orNull(slow.responseRate, rate),
  averageTimeInStatusSeconds: Object.fromEntries(
    Object.entries(slow.averageTimeInStatusSeconds).map(([status, value]) => [status, seconds(value)]),
  ),
  deadlines: { ...slow.deadlines, adherence: orNull(slow.deadlines.adherence, rate) },
  timeToOffer: {
    ...slow.timeToOffer,
    average: orNull(slow.timeToOffer.average, seconds),
    median: orNull(slow.timeToOffer.median, (value) =>
      slow.timeToOffer.medianMode === 'exact' ? seconds(value) : near(value, value * ESTIMATE),
    ),
  },
  topCompanies: slow.topCompanies.map(({ spellings, count }) => ({ company: oneOf(spellings), count })),
});

const oneOf = (names: readonly string[]): string => {
  const matcher = {
    asymmetricMatch: (other: unknown): boolean => names.some((name) => name === other),
    toString: () => `one of ${names.join(' | ')}`,
  };
  return matcher as unknown as string;
};
