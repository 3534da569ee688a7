import { cells, folded } from './scope.sql';

/** How many quarters of an hour `slack_key` adds to what it stands for. */
const SLACK_SHIFT = 100;

/** Every offset of the zone that has been or will be in force for two months or longer, in quarters of an hour. */
const OFFSETS = `
  SELECT extract(epoch FROM day - (day AT TIME ZONE a.zone AT TIME ZONE 'UTC'))::int / 900 AS quarters
  FROM asked a CROSS JOIN generate_series(timestamp '1972-01-01', timestamp '2038-01-01', interval '2 months') day`;

/** Months before this one are past and months after it to come as a whole; the days of this one tell themselves. */
const OPEN_OF_ALL_TIME = `(
    SELECT c.jobs, c.key FROM ${folded(['deadline_open_month'], `c.key <> (SELECT month FROM today)`)} c
    UNION ALL
    SELECT c.jobs, c.key FROM ${folded(
      ['deadline_open'],
      `c.key >= (SELECT month || '-01' FROM today) AND c.key <= (SELECT month || '-31' FROM today)`,
    )} c
    UNION ALL
    SELECT c.jobs, c.key FROM loose c WHERE c.figure = 'deadline_open'
  )`;

/**
 * How the deadlines are kept. `deadline_slack` says how long after the end of the deadline's UTC day it was met. A
 * deadline's own day ends when it does in the zone: by its offset earlier or later. What was met before any end that the
 * zone has had is in time, after every one late; between them, an hour or so where clocks change, the date decides.
 */
export const deadlines = (ranged: boolean): string => `
  offsets AS MATERIALIZED (
    SELECT to_char(coalesce(-max(quarters), 0) + ${SLACK_SHIFT}, 'FM000') AS earliest,
           to_char(coalesce(-min(quarters), 0) + ${SLACK_SHIFT}, 'FM000') AS latest
    FROM (${OFFSETS}) o
  ), slack AS MATERIALIZED (
    SELECT c.jobs, c.key < (SELECT earliest FROM offsets) AS in_time
    FROM ${cells(ranged, ['deadline_slack'])} c
    WHERE c.key < (SELECT earliest FROM offsets) OR c.key >= (SELECT latest FROM offsets)
    UNION ALL
    SELECT c.jobs, left(c.key, 3)::int - ${SLACK_SHIFT} < extract(epoch FROM
             local_day_start(substr(c.key, 5)::date + 1, a.zone) - ((substr(c.key, 5)::date + 1)::timestamp AT TIME ZONE 'UTC')) / 900
    FROM ${cells(
      ranged,
      ['deadline_slack_day'],
      `c.key >= (SELECT earliest FROM offsets) AND c.key < (SELECT latest FROM offsets)`,
    )} c CROSS JOIN asked a
  ), today AS MATERIALIZED (
    SELECT to_char(now AT TIME ZONE zone, 'YYYY-MM-DD') AS key, to_char(now AT TIME ZONE zone, 'YYYY-MM') AS month FROM asked
  ), open_deadline AS MATERIALIZED (
    SELECT sum(c.jobs) FILTER (WHERE c.key >= (SELECT key FROM today)) AS upcoming,
           sum(c.jobs) FILTER (WHERE c.key < (SELECT key FROM today)) AS overdue
    FROM ${ranged ? cells(ranged, ['deadline_open']) : OPEN_OF_ALL_TIME} c
  )`;

/** The column of the answer. */
export const DEADLINE_COLUMN = `
  (SELECT json_build_object(
     'upcoming', coalesce(upcoming, 0), 'overdue', coalesce(overdue, 0),
     'met', (SELECT coalesce(sum(jobs) FILTER (WHERE in_time), 0) FROM slack),
     'missed', (SELECT coalesce(sum(jobs) FILTER (WHERE NOT in_time), 0) FROM slack)) FROM open_deadline) AS "deadlines"`;
