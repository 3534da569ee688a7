import { folded, ofWorkflow } from './scope.sql';

/** Companies that are shown. */
const TOP = 10;

/** A company's name as the newest of its jobs spells it; one that is not archived, if there is any. */
const SPELLING = `coalesce(${['false', 'true']
  .map(
    (archived) => `(
      SELECT j.company FROM jobs j
      WHERE j.owner_id = (SELECT owner FROM asked) AND j.archived = ${archived} AND j.company_key = t.company_key
      ORDER BY j.id DESC LIMIT 1)`,
  )
  .join(', ')})`;

/**
 * Of all time: the first of the index, as many more as there are companies whose jobs have changed since, and those;
 * a company that has not changed and is not among them has at least ten above it.
 */
const OF_ALL_TIME = `
  changed AS MATERIALIZED (
    SELECT key AS company_key, sum(jobs) AS jobs FROM loose WHERE figure = 'company' GROUP BY 1
  ), candidate AS (
    (SELECT company_key FROM company_counts
     WHERE owner_id = (SELECT owner FROM asked) AND workflow_id = coalesce((SELECT workflow FROM asked), '')
     ORDER BY jobs DESC, company_key LIMIT ${TOP} + (SELECT count(*) FROM changed))
    UNION
    SELECT company_key FROM changed
  ), top_company AS MATERIALIZED (
    SELECT d.company_key, coalesce(c.jobs, 0) + coalesce(n.jobs, 0) AS jobs
    FROM candidate d
    LEFT JOIN company_counts c ON c.owner_id = (SELECT owner FROM asked)
      AND c.workflow_id = coalesce((SELECT workflow FROM asked), '') AND c.company_key = d.company_key
    LEFT JOIN changed n ON n.company_key = d.company_key
    WHERE coalesce(c.jobs, 0) + coalesce(n.jobs, 0) > 0
    ORDER BY jobs DESC, company_key LIMIT ${TOP}
  )`;

/** A month as the keys of `company_month` begin; of a time that has no such key one before or after all. */
const monthKey = (month: string): string =>
  `CASE WHEN ${month} < '0001-01-01' THEN '' WHEN ${month} >= '10000-01-01' THEN '~' ELSE to_char(${month}, 'YYYY-MM:') END`;

/**
 * Whole months, each a cell a company, and by days what is left of the months at both ends: of some years of a
 * large owner a tenth of the cells of days.
 */
const OF_SOME_DAYS = `
  months AS MATERIALIZED (
    SELECT m.*, m.from_month < m.until_month AS whole FROM (
      SELECT first_day, end_day, date_trunc('month', first_day + interval '1 month - 1 day') AS from_month,
             date_trunc('month', end_day::timestamp) AS until_month
      FROM span
    ) m
  ), rest AS MATERIALIZED (
    SELECT first_day AS from_day, CASE WHEN whole THEN from_month::date ELSE end_day END AS until_day FROM months
    UNION ALL
    SELECT until_month::date, end_day FROM months WHERE whole
  ), top_company AS MATERIALIZED (
    SELECT c.company_key, sum(c.jobs) AS jobs FROM (
      SELECT substr(c.key, 9) AS company_key, c.jobs FROM ${folded(
        ['company_month'],
        `(SELECT whole FROM months) AND c.key >= (SELECT ${monthKey('from_month')} FROM months)
         AND c.key < (SELECT ${monthKey('until_month')} FROM months)`,
      )} c
      UNION ALL
      SELECT c.key, c.jobs FROM rest r JOIN job_counts c ON c.cohort >= r.from_day AND c.cohort < r.until_day
      WHERE c.owner_id = (SELECT owner FROM asked) AND c.figure = 'company' AND c.cohort > '-infinity' AND ${ofWorkflow('c')}
      UNION ALL
      SELECT c.key, c.jobs FROM loose c WHERE c.figure = 'company'
    ) c
    GROUP BY 1 HAVING sum(c.jobs) > 0 ORDER BY 2 DESC, 1 LIMIT ${TOP}
  )`;

/** The companies with the most jobs. */
export const companies = (ranged: boolean): string => (ranged ? OF_SOME_DAYS : OF_ALL_TIME);

/** The column of the answer. */
export const COMPANY_COLUMN = `
  (SELECT coalesce(json_agg(json_build_object('company', ${SPELLING}, 'count', t.jobs)
                            ORDER BY t.jobs DESC, t.company_key), '[]') FROM top_company t) AS "topCompanies"`;
