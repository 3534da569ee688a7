import { ofWorkflow } from './scope.sql';

/** Months that are shown. */
const MONTHS = 12;

const quarterKey = (time: string): string => `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI')`;

const dayStart = (day: string): string => `${day}::timestamp AT TIME ZONE 'UTC'`;

/** SQL that says of a text that it is a day from one date until before another. */
const within = (key: string, from: string, until: string): string =>
  `${key} >= ${from} AND ${key} < ${until}`;

const dayKey = (date: string): string => `to_char(${date}::timestamp, 'YYYY-MM-DD')`;

/**
 * The cells of creation are of all time: by UTC month, by UTC day and by quarter of an hour, at which the days of all
 * time zones begin. Summed here for `m` are quarters at both ends and the whole UTC days between.
 */
const ENDS = (source: string): string => `
  SELECT c.jobs FROM ${source} c
  WHERE c.figure = 'created_quarter' AND c.key >= ${quarterKey('m.from_at')}
    AND c.key < ${quarterKey(`CASE WHEN m.first_day < m.end_day THEN ${dayStart('m.first_day')} ELSE m.until_at END`)}
  UNION ALL
  SELECT c.jobs FROM ${source} c
  WHERE m.first_day < m.end_day AND c.figure = 'created_quarter'
    AND c.key >= ${quarterKey(dayStart('m.end_day'))} AND c.key < ${quarterKey('m.until_at')}`;

const DAYS = (source: string): string => `
  SELECT c.jobs FROM ${source} c
  WHERE c.figure = 'created_day' AND ${within('c.key', dayKey('m.first_day'), dayKey('m.end_day'))}`;

/** As `DAYS`: of a whole month as its UTC month, less the day that the time zone cuts at one of its ends. */
const DAYS_BY_MONTH = (source: string): string => `
  ${DAYS(source)} AND NOT m.whole
  UNION ALL
  SELECT c.jobs FROM ${source} c WHERE m.whole AND c.figure = 'created_month' AND c.key = m.month
  UNION ALL
  SELECT -c.jobs FROM ${source} c
  WHERE m.whole AND c.figure = 'created_day' AND ${within('c.key', `m.month || '-01'`, dayKey('m.first_day'))}
  UNION ALL
  SELECT -c.jobs FROM ${source} c
  WHERE m.whole AND c.figure = 'created_day' AND ${within('c.key', dayKey('m.end_day'), `m.month || '-32'`)}`;

const COUNTS = `(
  SELECT c.figure, c.key, c.jobs FROM job_counts c
  WHERE c.owner_id = (SELECT owner FROM asked) AND c.cohort = '-infinity' AND ${ofWorkflow('c')}
)`;

/** Deltas of the whole owner: the span of the months cuts them by their keys. */
const DELTAS = `(
  SELECT d.figure, d.key, d.jobs FROM job_count_deltas d
  WHERE d.owner_id = (SELECT owner FROM asked) AND d.figure IN ('created_day', 'created_quarter') AND ${ofWorkflow('d')}
)`;

/** Fewer whole UTC days than this has no month that nothing but its time zone cuts. */
const DAYS_OF_WHOLE = 26;

/** The twelve months that end with the current one, or with that of the last day asked for, each cut to the span. */
export const MONTH_CELLS = `
  new_creation AS MATERIALIZED (SELECT * FROM ${DELTAS} d),
  month AS MATERIALIZED (
    SELECT d.*, d.end_day - d.first_day >= ${DAYS_OF_WHOLE} AS whole
    FROM (
      SELECT to_char(s.month, 'YYYY-MM') AS month, greatest(local_day_start(s.month::date, a.zone), span.from_at) AS from_at,
             least(local_day_start((s.month + interval '1 month')::date, a.zone), span.until_at) AS until_at
      FROM asked a CROSS JOIN span CROSS JOIN LATERAL (
        SELECT date_trunc('month', least(a.now AT TIME ZONE a.zone, a.last::timestamp)) - make_interval(months => ago) AS month
        FROM generate_series(0, ${MONTHS - 1}) ago
      ) s
      -- Before it texts of years begin anew.
      WHERE s.month >= '0001-01-01'
    ) m
    CROSS JOIN LATERAL (
      SELECT m.*, utc_day(m.from_at + interval '1 day - 1 microsecond') AS first_day, utc_day(m.until_at) AS end_day
    ) d
  ), created AS MATERIALIZED (
    SELECT m.month, coalesce(sum(c.jobs), 0) AS jobs
    FROM month m LEFT JOIN LATERAL (
      ${ENDS(COUNTS)} UNION ALL ${DAYS_BY_MONTH(COUNTS)} UNION ALL ${ENDS('new_creation')} UNION ALL ${DAYS('new_creation')}
    ) c ON m.from_at < m.until_at
    GROUP BY m.month
  )`;

/** The column of the answer. */
export const MONTH_COLUMN = `
  (SELECT json_agg(json_build_object('month', month, 'count', jobs) ORDER BY month) FROM created) AS "createdPerMonth"`;
