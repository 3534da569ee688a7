import { cells, folded } from './scope.sql';

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

/** How wide the bucket is that begins at `floor`: see `histogram_floor`. Milliseconds. */
const width = (floor: string): string =>
  `CASE WHEN ${floor} < 128 THEN 0 ELSE 1::bigint << (length(ltrim(${floor}::bit(64)::text, '0')) - 7) END`;

/** The key of a bucket: as wide as `lpad` makes it in the figure `offer`. */
const key = (floor: string): string => `lpad((${floor})::text, 18, '0')`;

/** Of the two offers in the middle the ranks, from 1; the same where their number is odd. */
const RANKS = ['(o.count + 1) / 2', 'o.count / 2 + 1'] as const;

/** `floor` of the first of the rows `r (floor, up_to)` that has the offer of a rank in it. */
const holding = (rank: string): string => `min(r.floor) FILTER (WHERE r.up_to >= ${rank})`;

/**
 * Of all time: `octave` has the offers by octaves, from a power of two to the next; only of the one or two that hold
 * the middle `bucket` has the buckets. `below`: how many are in octaves under those.
 */
const BUCKETS_OF_ALL_TIME = `
  octave AS MATERIALIZED (
    SELECT c.workflow_id, c.key::bigint AS floor, c.jobs, c.ms FROM ${folded(['offer_octave'])} c
    UNION ALL
    SELECT c.workflow_id, coarse_key('offer', c.key, NULL)::bigint, c.jobs, c.ms FROM loose c WHERE c.figure = 'offer'
  ), offer AS MATERIALIZED (
    SELECT coalesce(sum(jobs), 0)::bigint AS count, sum(ms) AS ms FROM octave
  ), middle AS MATERIALIZED (
    SELECT ${holding(RANKS[0])} AS one, greatest(128, 2 * ${holding(RANKS[1])}) AS until,
           coalesce(max(r.up_to) FILTER (WHERE r.up_to < ${RANKS[0]}), 0) AS below
    FROM (SELECT floor, (sum(sum(jobs)) OVER (ORDER BY floor))::bigint AS up_to FROM octave GROUP BY floor) r CROSS JOIN offer o
    WHERE o.count > ${EXACT_UP_TO}
  ), offering AS MATERIALIZED (
    SELECT workflow_id AS id FROM octave GROUP BY 1
  ), bucket AS MATERIALIZED (
    SELECT c.key::bigint AS floor, c.jobs
    FROM ${cells(false, ['offer'], `c.key >= (SELECT ${key('one')} FROM middle) AND c.key < (SELECT ${key('until')} FROM middle)`)} c
  )`;

const BUCKETS_OF_SOME_DAYS = `
  bucket AS MATERIALIZED (
    SELECT c.workflow_id, c.key::bigint AS floor, c.jobs, c.ms FROM ${cells(true, ['offer'])} c
  ), offer AS MATERIALIZED (
    SELECT coalesce(sum(jobs), 0)::bigint AS count, sum(ms) AS ms FROM bucket
  ), middle AS MATERIALIZED (
    SELECT 0 AS below
  ), offering AS MATERIALIZED (
    SELECT workflow_id AS id, min(floor) AS floor, max(floor) + ${width('max(floor)')} AS ceiling FROM bucket GROUP BY 1
  )`;

/**
 * Offers by the time that they took. `bucket` is a histogram: where each bucket begins, in milliseconds, and how many
 * offers are in it, in one row or in several whose sum may be 0; `ranked` adds how many are in it and in those below;
 * `offering` has the workflows.
 */
export const offers = (ranged: boolean): string => `
  ${ranged ? BUCKETS_OF_SOME_DAYS : BUCKETS_OF_ALL_TIME}, ranked AS MATERIALIZED (
    SELECT floor, ((SELECT below FROM middle) + sum(sum(jobs)) OVER (ORDER BY floor))::bigint AS up_to
    FROM bucket GROUP BY floor
  ), all_offers AS MATERIALIZED (
    SELECT ${ranged ? `coalesce(sum(c.jobs), 0) FROM ${everyOffer()} c` : 'count FROM offer'}
  )`;

/** The owner's offers of all time: so many are looked at to find those of some days. */
const everyOffer = (): string => `(
  SELECT c.jobs FROM job_counts c
  WHERE c.owner_id = (SELECT owner FROM asked) AND c.cohort = '-infinity' AND c.figure = 'offer_octave'
  UNION ALL
  SELECT d.jobs FROM job_count_deltas d WHERE d.owner_id = (SELECT owner FROM asked) AND d.figure = 'offer'
)`;

/** The mean of the middles of the buckets that hold the two offers in the middle, or twice the one. */
const ESTIMATED_MEDIAN = `(
  SELECT (b.one + ${width('b.one')} / 2.0 + b.other + ${width('b.other')} / 2.0) / 2
  FROM (
    SELECT ${holding(RANKS[0])} AS one, ${holding(RANKS[1])} AS other FROM ranked r CROSS JOIN offer o
  ) b)`;

/** The column of the answer. Times in milliseconds. */
export const OFFER_COLUMN = (ranged: boolean): string => `
  (SELECT json_build_object(
     'count', o.count, 'total', o.ms, 'min', ${outermost(ranged, 'ASC')}, 'max', ${outermost(ranged, 'DESC')},
     'exactMedian', CASE WHEN (TABLE all_offers) <= ${EXACT_UP_TO} THEN (
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM e.took)::float8 * 1000)
        FROM ${ASKED_WORKFLOWS} w CROSS JOIN LATERAL (${OFFERS(ranged)}) e) END,
     'estimatedMedian', CASE WHEN (TABLE all_offers) > ${EXACT_UP_TO} THEN ${ESTIMATED_MEDIAN} END)
   FROM offer o) AS "offers"`;
