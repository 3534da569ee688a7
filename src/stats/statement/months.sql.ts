/** Months that are shown. */
const MONTHS = 12;

const quarterKey = (time: string): string => `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI')`;

const dayStart = (day: string): string => `${day}::timestamp AT TIME ZONE 'UTC'`;

/**
 * The cells of creation are of all time, by UTC day and by quarter of an hour, at which the days of all time zones
 * begin. They are summed here for `m`: whole UTC days, and quarters at both ends.
 */
const CREATED = (source: string): string => `
  SELECT c.jobs FROM ${source} c
  WHERE c.figure = 'created_day' AND c.key >= to_char(m.first_day::timestamp, 'YYYY-MM-DD') AND c.key < to_char(m.end_day::timestamp, 'YYYY-MM-DD')
  UNION ALL
  SELECT c.jobs FROM ${source} c
  WHERE c.figure = 'created_quarter' AND c.key >= ${quarterKey('m.from_at')}
    AND c.key < ${quarterKey(`CASE WHEN m.first_day < m.end_day THEN ${dayStart('m.first_day')} ELSE m.until_at END`)}
  UNION ALL
  SELECT c.jobs FROM ${source} c
  WHERE m.first_day < m.end_day AND c.figure = 'created_quarter'
    AND c.key >= ${quarterKey(dayStart('m.end_day'))} AND c.key < ${quarterKey('m.until_at')}`;

const COUNTS = `(
  SELECT c.figure, c.key, c.jobs FROM job_counts c
  WHERE c.owner_id = (SELECT owner FROM asked) AND c.cohort = '-infinity'
    AND (c.workflow_id = (SELECT workflow FROM asked) OR (SELECT workflow FROM asked) IS NULL)
)`;

/** Deltas of the whole owner: the span of the months cuts them by their keys. */
const DELTAS = `(
  SELECT d.figure, d.key, d.jobs FROM job_count_deltas d
  WHERE d.owner_id = (SELECT owner FROM asked) AND d.figure IN ('created_day', 'created_quarter')
    AND (d.workflow_id = (SELECT workflow FROM asked) OR (SELECT workflow FROM asked) IS NULL)
)`;

/** The twelve months that end with the current one, or with that of the last day asked for, each cut to the span. */
export const MONTH_CELLS = `
  new_creation AS MATERIALIZED (SELECT * FROM ${DELTAS} d),
  month AS MATERIALIZED (
    SELECT m.*, utc_day(m.from_at + interval '1 day - 1 microsecond') AS first_day, utc_day(m.until_at) AS end_day
    FROM (
      SELECT to_char(s.month, 'YYYY-MM') AS month, greatest(local_day_start(s.month::date, a.zone), span.from_at) AS from_at,
             least(local_day_start((s.month + interval '1 month')::date, a.zone), span.until_at) AS until_at
      FROM asked a CROSS JOIN span CROSS JOIN LATERAL (
        SELECT date_trunc('month', least(a.now AT TIME ZONE a.zone, a.last::timestamp)) - make_interval(months => ago) AS month
        FROM generate_series(0, ${MONTHS - 1}) ago
      ) s
    ) m
  ), created AS MATERIALIZED (
    SELECT m.month, coalesce(sum(c.jobs), 0) AS jobs
    FROM month m LEFT JOIN LATERAL (${CREATED(COUNTS)} UNION ALL ${CREATED('new_creation')}) c ON m.from_at < m.until_at
    GROUP BY m.month
  )`;

/** The column of the answer. */
export const MONTH_COLUMN = `
  (SELECT json_agg(json_build_object('month', month, 'count', jobs) ORDER BY month) FROM created) AS "createdPerMonth"`;
