import { localDate, monthOf, twelveMonthsTo } from './local-time';
import { slowDeadlines } from './slow-deadlines';
import { slowTimeInStatus } from './slow-time-in-status';
import { slowTimeToOffer } from './slow-time-to-offer';
import { add, ratio, type StatsAnswer, type Tally } from './stats-answer';
import { categoryOf, currentOf, reachedAt, type ToldJob } from './told-job';

/** Which stats are wanted, and when. Dates are local ones of `timeZone`, both inclusive. */
export interface StatsQuestion {
  /** The moment they are for, ISO 8601. */
  asOf: string;
  timeZone: string;
  workflow?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** The answer, unrounded. A company is shown in all spellings that any jobs have, each of which may stand for it. */
export interface SlowStats extends Omit<StatsAnswer, 'topCompanies'> {
  topCompanies: { spellings: string[]; count: number }[];
}

/**
 * Computes the stats of an owner from the histories of all jobs alone, with no thought of cost: what the service
 * answers from its counters is held against this.
 * @param all every job of the owner, archived ones too
 */
export const slowStats = (all: readonly ToldJob[], question: StatsQuestion): SlowStats => {
  const jobs = all.filter((job) => isCounted(job, question));
  const now = Date.parse(question.asOf);
  return {
    asOf: question.asOf,
    totals: slowTotals(jobs),
    responseRate: ratio(
      jobs.filter((job) => reachedAt(job, 2) !== undefined).length,
      jobs.filter((job) => reachedAt(job, 1) !== undefined).length,
    ),
    averageTimeInStatusSeconds: slowTimeInStatus(jobs, now),
    createdPerMonth: slowMonths(jobs, question),
    deadlines: slowDeadlines(jobs, now, question.timeZone),
    timeToOffer: slowTimeToOffer(jobs, isOfDays(question) ? all : jobs),
    topCompanies: slowCompanies(jobs, all),
  };
};

const isOfDays = ({ from, to }: StatsQuestion): boolean => from !== undefined || to !== undefined;

const isCounted = (job: ToldJob, { workflow, from, to, timeZone }: StatsQuestion): boolean => {
  const created = localDate(Date.parse(job.createdAt), timeZone);
  return (
    (workflow === undefined || job.workflow === workflow) &&
    (from === undefined || created >= from) &&
    (to === undefined || created <= to)
  );
};

const slowTotals = (jobs: readonly ToldJob[]): StatsAnswer['totals'] => {
  const byStatus: Tally = {};
  const byCategory: Tally = { todo: 0, active: 0, success: 0, failure: 0, dropped: 0 };
  for (const job of jobs) {
    add(byStatus, currentOf(job).status);
    add(byCategory, categoryOf(job));
  }
  const archived = jobs.filter(({ archivedAt }) => archivedAt !== null).length;
  return { all: jobs.length, archived, byStatus, byCategory };
};

const slowMonths = (
  jobs: readonly ToldJob[],
  { asOf, to, timeZone }: StatsQuestion,
): StatsAnswer['createdPerMonth'] => {
  const current = monthOf(localDate(Date.parse(asOf), timeZone));
  const last = to !== undefined && monthOf(to) < current ? monthOf(to) : current;
  const created: Tally = {};
  for (const { createdAt } of jobs) add(created, monthOf(localDate(Date.parse(createdAt), timeZone)));
  return twelveMonthsTo(last).map((month) => ({ month, count: created[month] ?? 0 }));
};

const slowCompanies = (jobs: readonly ToldJob[], all: readonly ToldJob[]): SlowStats['topCompanies'] => {
  const counts: Tally = {};
  for (const { company } of jobs) if (company !== null) add(counts, company.toLowerCase());
  return Object.entries(counts)
    .sort(([name, count], [other, countOfOther]) => countOfOther - count || byBytes(name, other))
    .slice(0, 10)
    .map(([name, count]) => ({ spellings: spellingsOf(name, all), count }));
};

const spellingsOf = (name: string, jobs: readonly ToldJob[]): string[] => {
  const companies = jobs.flatMap(({ company }) => (company === null ? [] : [company]));
  return [...new Set(companies)].filter((company) => company.toLowerCase() === name);
};

const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));
