import { Parameters, unprepared, type BoundStatement } from '../../platform/database';
import { FIRST_EIGHTH, SAMPLE_PLACE } from '../random-sample.sql';
import { type JobFilter } from './job-filter';
import { jobPredicates } from './job-predicates';
import { jobSort } from './job-sort';
import { hitsAmong, type Survey } from './search-survey';

/** Jobs in a random sample. */
const RANDOM_ROWS = 400;

/** Some of an owner's jobs, archived or not as the filter says, and those of them that match the rest of it. */
export interface Sample extends Survey {
  matched: number;
}

/** How many match of `all`, if the sample is like all of them. */
export const expectedOf = ({ looked, matched }: Sample, all: number): number =>
  looked === 0 ? 0 : Math.round((matched / looked) * all);

/** Some of the owner's jobs, each as likely as any other. Its row is a `Sample`. */
export const randomSampleStatement = (filter: JobFilter): BoundStatement => sampleStatement(filter, RANDOM);

/**
 * The owner's newest jobs. Its row is a `Sample`.
 * @param limit most of them
 */
export const newestSampleStatement = (filter: JobFilter, limit: number): BoundStatement =>
  sampleStatement(filter, { order: 'created_at DESC, id DESC', where: 'TRUE', limit });

/** Which jobs are drawn. The order keeps the planner to the index that has it: it would read the table in hope of them. */
interface Drawing {
  order: string;
  where: string;
  limit: number;
}

const RANDOM: Drawing = {
  order: SAMPLE_PLACE,
  where: `${SAMPLE_PLACE} < ${FIRST_EIGHTH}`,
  limit: RANDOM_ROWS,
};

/** @param owner SQL for the id of the owner */
const drawn = ({ archived }: JobFilter, owner: string, { order, where, limit }: Drawing): string => {
  const branches = archived.map(
    (value) =>
      `(SELECT * FROM jobs WHERE owner_id = ${owner} AND archived = ${value} AND ${where} ORDER BY ${order} LIMIT ${limit})`,
  );
  return `SELECT * FROM (${branches.join(' UNION ALL ')}) b ORDER BY ${order} LIMIT ${limit}`;
};

const sampleStatement = (filter: JobFilter, drawing: Drawing): BoundStatement => {
  const parameters = new Parameters();
  const { onSortKey, onColumns, facets } = jobPredicates(filter, jobSort(), parameters);
  const rows = `(${drawn(filter, parameters.add(filter.ownerId, 'uuid'), drawing)}) j`;
  const conditions = ['TRUE', ...onSortKey, ...onColumns].join(' AND ');
  const ranged = onSortKey.length === 0 ? 'NULL::int' : 'count(*) FILTER (WHERE ranged)::int';
  const text =
    facets === undefined
      ? `SELECT count(*)::int AS looked, count(*) FILTER (WHERE ${conditions})::int AS matched, NULL AS hits, NULL AS ranged FROM ${rows}`
      : `WITH sample AS MATERIALIZED (
           SELECT ${conditions} AS others, ${['TRUE', ...onSortKey].join(' AND ')} AS ranged,
                  (SELECT s.facets FROM job_search s WHERE s.job_id = j.id) AS facets FROM ${rows}
         )
         SELECT count(*)::int AS looked, count(*) FILTER (WHERE others AND facets @@ (SELECT ${facets.all}))::int AS matched,
                ${hitsAmong('sample', facets)} AS hits, ${ranged} AS ranged FROM sample`;
  // Planned for the owner: one with few jobs has their sample sorted, one with many has it read in order.
  return { statement: unprepared(text, 'jobs.sample'), values: parameters.values };
};
