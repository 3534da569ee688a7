import { cells } from './scope.sql';

/** Up to so many offers of an owner their median is found by looking at each. */
const EXACT_UP_TO = 1_000;

const OFFERED_AFTER = `j.offered_at - j.applied_at`;

/**
 * The offers of the owner's jobs of one workflow `w.id`, in the order of the time that they took, by their index. `IS TRUE`
 * keeps the planner from the index of creation, where it would read all jobs of those days.
 */
const OFFERS = (ranged: boolean): string => `
  SELECT ${OFFERED_AFTER} AS took FROM jobs j
  WHERE j.owner_id = (SELECT owner FROM asked) AND j.workflow_id = w.id AND j.applied_at < j.offered_at
  ${ranged ? 'AND (j.created_at >= (SELECT from_at FROM span) AND j.created_at < (SELECT until_at FROM span)) IS TRUE' : ''}`;

const ASKED_WORKFLOWS = `(
  SELECT id FROM workflows WHERE id = (SELECT workflow FROM asked) OR (SELECT workflow FROM asked) IS NULL
)`;

/**
 * The nearest offer in one direction. With days asked for, the search begins at the workflow's outermost bucket that has
 * any: it ends within that bucket.
 */
const outermost = (ranged: boolean, direction: 'ASC' | 'DESC'): string => {
  const floor = `make_interval(secs => w.floor / 1000.0)`;
  const ceiling = `make_interval(secs => w.ceiling / 1000.0)`;
  const bounded = direction === 'ASC' ? `>= ${floor}` : `<= ${ceiling}`;
  return `(
    SELECT round(extract(epoch FROM o.took) * 1000) FROM offering w CROSS JOIN LATERAL (
      ${OFFERS(ranged)} ${ranged ? `AND ${OFFERED_AFTER} ${bounded}` : ''} ORDER BY ${OFFERED_AFTER} ${direction} LIMIT 1
    ) o ORDER BY o.took ${direction} LIMIT 1
  )`;
};

/**
 * Offers by the time that they took. `bucket` is a histogram: of each bucket where it begins, how wide it is, in
 * milliseconds, and how many offers are in it and in those below; `offering` has the workflows that have any.
 */
export const offers = (ranged: boolean): string => `
  bucket AS MATERIALIZED (
    SELECT b.*, sum(b.jobs) OVER (ORDER BY b.floor) AS up_to,
           CASE WHEN b.floor < 128 THEN 0 ELSE 1::bigint << (length(ltrim(b.floor::bit(64)::text, '0')) - 7) END AS width
    FROM (
      SELECT c.workflow_id, c.key::bigint AS floor, sum(c.jobs) AS jobs, sum(c.ms) AS ms
      FROM ${cells(ranged, ['offer'])} c
      GROUP BY 1, 2 HAVING sum(c.jobs) > 0
    ) b
  ), offering AS MATERIALIZED (
    SELECT workflow_id AS id, min(floor) AS floor, max(floor + width) AS ceiling FROM bucket GROUP BY 1
  ), offer AS MATERIALIZED (
    SELECT coalesce(sum(jobs), 0) AS count, sum(ms) AS ms FROM bucket
  ), all_offers AS MATERIALIZED (
    SELECT ${ranged ? `coalesce(sum(c.jobs), 0) FROM ${everyOffer()} c` : 'count FROM offer'}
  )`;

/** The owner's offers of all time: so many are looked at to find those of some days. */
const everyOffer = (): string => `(
  SELECT c.jobs FROM job_counts c
  WHERE c.owner_id = (SELECT owner FROM asked) AND c.cohort = '-infinity' AND c.figure = 'offer'
  UNION ALL
  SELECT d.jobs FROM job_count_deltas d WHERE d.owner_id = (SELECT owner FROM asked) AND d.figure = 'offer'
)`;

/** The middle of the bucket that holds the offer of a rank, from 1. */
const atRank = (rank: string): string =>
  `(SELECT floor + width / 2.0 FROM bucket WHERE up_to >= ${rank} ORDER BY floor LIMIT 1)`;

/** The column of the answer. Times in milliseconds. */
export const OFFER_COLUMN = (ranged: boolean): string => `
  (SELECT json_build_object(
     'count', o.count, 'total', o.ms, 'min', ${outermost(ranged, 'ASC')}, 'max', ${outermost(ranged, 'DESC')},
     'exactMedian', CASE WHEN (TABLE all_offers) <= ${EXACT_UP_TO} THEN (
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM e.took)::float8 * 1000)
        FROM ${ASKED_WORKFLOWS} w CROSS JOIN LATERAL (${OFFERS(ranged)}) e) END,
     'estimatedMedian', CASE WHEN (TABLE all_offers) > ${EXACT_UP_TO} THEN
        (${atRank('floor((o.count + 1) / 2)')} + ${atRank('floor(o.count / 2) + 1')}) / 2 END)
   FROM offer o) AS "offers"`;
