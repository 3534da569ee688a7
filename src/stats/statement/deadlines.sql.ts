import { cells } from './scope.sql';

/** How many quarters of an hour `slack_key` adds to what it stands for. */
const SLACK_SHIFT = 100;

/** Every offset of the zone that has been or will be in force for two months or longer, in quarters of an hour. */
const OFFSETS = `
  SELECT extract(epoch FROM day - (day AT TIME ZONE a.zone AT TIME ZONE 'UTC'))::int / 900 AS quarters
  FROM asked a CROSS JOIN generate_series(timestamp '1972-01-01', timestamp '2038-01-01', interval '2 months') day`;

/**
 * How the deadlines are kept. `deadline_slack` says how long after the end of the deadline's UTC day it was met. A
 * deadline's own day ends when it does in the zone: by its offset earlier or later. What was met before any end that the
 * zone has had is in time, after every one late; between them, an hour or so where clocks change, the date decides.
 */
export const deadlines = (ranged: boolean): string => `
  offsets AS MATERIALIZED (
    SELECT coalesce(-max(quarters), 0) + ${SLACK_SHIFT} AS earliest, coalesce(-min(quarters), 0) + ${SLACK_SHIFT} AS latest
    FROM (${OFFSETS}) o
  ), slack AS MATERIALIZED (
    SELECT c.jobs, c.key < to_char(o.earliest, 'FM000') AS in_time
    FROM ${cells(ranged, ['deadline_slack'])} c CROSS JOIN offsets o
    WHERE c.key < to_char(o.earliest, 'FM000') OR c.key >= to_char(o.latest, 'FM000')
    UNION ALL
    SELECT c.jobs, left(c.key, 3)::int - ${SLACK_SHIFT} < extract(epoch FROM
             local_day_start(substr(c.key, 5)::date + 1, a.zone) - ((substr(c.key, 5)::date + 1)::timestamp AT TIME ZONE 'UTC')) / 900
    FROM ${cells(
      ranged,
      ['deadline_slack_day'],
      `c.key >= to_char((SELECT earliest FROM offsets), 'FM000') AND c.key < to_char((SELECT latest FROM offsets), 'FM000')`,
    )} c CROSS JOIN asked a
  ), open_deadline AS MATERIALIZED (
    SELECT c.jobs, c.key >= to_char(a.now AT TIME ZONE a.zone, 'YYYY-MM-DD') AS upcoming
    FROM ${cells(ranged, ['deadline_open'])} c CROSS JOIN asked a
  )`;

/** The column of the answer. */
export const DEADLINE_COLUMN = `
  (SELECT json_build_object(
     'upcoming', (SELECT coalesce(sum(jobs) FILTER (WHERE upcoming), 0) FROM open_deadline),
     'overdue', (SELECT coalesce(sum(jobs) FILTER (WHERE NOT upcoming), 0) FROM open_deadline),
     'met', (SELECT coalesce(sum(jobs) FILTER (WHERE in_time), 0) FROM slack),
     'missed', (SELECT coalesce(sum(jobs) FILTER (WHERE NOT in_time), 0) FROM slack))) AS "deadlines"`;
