import { STATUS_CATEGORIES, type StatusCategory } from '../workflows';
import { type StatsRow } from './statement/stats.statement';
import { type StatsDto, type TimeToOfferDto } from './stats.dto';

/** A part of a whole, from 0 to 1; `null` of nothing. */
const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** Milliseconds as seconds, to the millisecond. */
const seconds = (milliseconds: number): number => Math.round(milliseconds) / 1000;

/** Sums by a key, in the order in which the keys come first. */
const sumBy = <T>(items: readonly T[], key: (item: T) => string, value: (item: T) => number) => {
  const sums = new Map<string, number>();
  for (const item of items) sums.set(key(item), (sums.get(key(item)) ?? 0) + value(item));
  return sums;
};

/** The figures of `GET /api/stats` from the sums that the database gives. */
export const figuresOf = (row: StatsRow): StatsDto => ({
  asOf: row.asOf,
  totals: totals(row),
  responseRate: ratio(row.milestones.answered, row.milestones.applied),
  averageTimeInStatusSeconds: averageStays(row),
  createdPerMonth: row.createdPerMonth,
  deadlines: deadlines(row),
  timeToOffer: timeToOffer(row.offers),
  topCompanies: row.topCompanies,
});

const totals = ({ statuses }: StatsRow): StatsDto['totals'] => {
  const byStatus = sumBy(
    statuses,
    ({ status }) => status,
    ({ jobs }) => jobs,
  );
  const byCategory = sumBy(
    statuses,
    ({ category }) => category,
    ({ jobs }) => jobs,
  );
  return {
    all: statuses.reduce((sum, { jobs }) => sum + jobs, 0),
    archived: statuses.reduce((sum, { archived }) => sum + archived, 0),
    byStatus: Object.fromEntries([...byStatus].filter(([, jobs]) => jobs > 0)),
    byCategory: Object.fromEntries(
      STATUS_CATEGORIES.map((category) => [category, byCategory.get(category) ?? 0]),
    ) as Record<StatusCategory, number>,
  };
};

/** Sum of the stays by their number; a clock that was set back cannot make a stay shorter than nothing. */
const averageStays = ({ statuses }: StatsRow): Record<string, number> => {
  const key = ({ status }: { status: string }): string => status;
  const stays = sumBy(statuses, key, (each) => each.stays);
  const stayed = sumBy(statuses, key, (each) => each.stayed ?? 0);
  return Object.fromEntries(
    [...stays]
      .filter(([, count]) => count > 0)
      .map(([status, count]) => [status, seconds(Math.max(0, stayed.get(status) ?? 0) / count)]),
  );
};

const deadlines = ({ deadlines: { upcoming, overdue, met, missed } }: StatsRow): StatsDto['deadlines'] => ({
  upcoming,
  overdue,
  met,
  missed,
  adherence: ratio(met, met + missed + overdue),
});

const timeToOffer = (offers: StatsRow['offers']): TimeToOfferDto => {
  const { count, total, min, max, exactMedian, estimatedMedian } = offers;
  if (count === 0 || total === null || min === null || max === null) {
    return { count, average: null, median: null, medianMode: 'exact', min: null, max: null };
  }
  // The middle of a bucket can lie outside of what is in it.
  const median = exactMedian ?? Math.min(max, Math.max(min, estimatedMedian ?? min));
  return {
    count,
    average: seconds(total / count),
    median: seconds(median),
    medianMode: exactMedian === null ? 'estimated' : 'exact',
    min: seconds(min),
    max: seconds(max),
  };
};
