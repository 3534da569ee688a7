import { jsonTime, statement, type Statement } from '../../platform/database';
import { companies, COMPANY_COLUMN } from './companies.sql';
import { DEADLINE_COLUMN, deadlines } from './deadlines.sql';
import { MONTH_CELLS, MONTH_COLUMN } from './months.sql';
import { OFFER_COLUMN, offers } from './offers.sql';
import { loose, SCOPE } from './scope.sql';
import { STATUS_COLUMNS, statuses } from './statuses.sql';

/** What the statement gives. Numbers are counts of jobs, times milliseconds. */
export interface StatsRow {
  asOf: string;
  /** Milliseconds until the day ends in the time zone. */
  dayEndsIn: number;
  statuses: {
    status: string;
    category: string;
    jobs: number;
    archived: number;
    stays: number;
    stayed: number | null;
  }[];
  milestones: { applied: number; answered: number };
  createdPerMonth: { month: string; count: number }[];
  deadlines: { upcoming: number; overdue: number; met: number; missed: number };
  offers: {
    count: number;
    total: number | null;
    min: number | null;
    max: number | null;
    exactMedian: number | null;
    estimatedMedian: number | null;
  };
  topCompanies: { company: string; count: number }[];
}

const DAY_ENDS_IN = `ceil(extract(epoch FROM
  local_day_start((a.now AT TIME ZONE a.zone)::date + 1, a.zone) - a.now) * 1000)::int`;

/** All figures in one statement: one snapshot, one round trip. */
const stats = (ranged: boolean): Statement =>
  statement(
    ranged ? 'stats.of_days' : 'stats.of_all_time',
    `WITH ${SCOPE}, ${loose(ranged)}, ${statuses(ranged)}, ${deadlines(ranged)}, ${MONTH_CELLS}, ${offers(ranged)},
     ${companies(ranged)}
     SELECT ${jsonTime('a.now')} AS "asOf", ${DAY_ENDS_IN} AS "dayEndsIn", ${STATUS_COLUMNS(ranged)},
            ${MONTH_COLUMN}, ${DEADLINE_COLUMN}, ${OFFER_COLUMN(ranged)}, ${COMPANY_COLUMN}
     FROM asked a`,
  );

const OF_ALL_TIME = stats(false);
const OF_SOME_DAYS = stats(true);

/** The statement; parameters as `scopeParameters` gives them. @param ranged whether a first or last day is asked for */
export const statsStatement = (ranged: boolean): Statement => (ranged ? OF_SOME_DAYS : OF_ALL_TIME);
