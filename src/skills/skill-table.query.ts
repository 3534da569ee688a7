import { Injectable } from '@nestjs/common';
import { FIRST_EIGHTH, SAMPLE_PLACE as PLACE } from '../jobs';
import { Database, statement } from '../platform/database';
import { SkillBounds } from './skill-bounds';

/** A tag: as it is written most often, folded, and how many jobs carry it. */
export type SkillEntry = readonly [name: string, folded: string, count: number];

/** The tags of one owner's jobs. */
export interface SkillTable {
  /** Most jobs first, ties by the folded name. */
  readonly skills: readonly SkillEntry[];
  /** Whether the counts are estimates, or rare tags are left out. */
  readonly approximate: boolean;
  /** When it was counted, in milliseconds since 1970. */
  readonly madeAt: number;
}

const OWN = 'owner_id = $1 AND NOT archived';

/** The order keeps the planner to an index that is read only as far as the limit. */
const NEWEST_FIRST = 'ORDER BY created_at DESC, id DESC';

/**
 * $1: owner, $2: up to how many jobs all are counted, $3: most jobs in a sample, $4: most tags.
 *
 * The sample is the jobs with the smallest places, one more than wanted: that one tells how far the others reach, which
 * as a part of all places is the part of all jobs that they are (a bottom-k sample: Cohen and Kaplan, "Summarizing data
 * using bottom-k sketches", 2007). A job that carries a tag in two spellings carries it once.
 */
const TABLE = statement(
  'skills.table',
  `WITH size AS MATERIALIZED (
     SELECT count(*) > $2::int AS large
     FROM (SELECT FROM jobs WHERE ${OWN} ${NEWEST_FIRST} LIMIT $2::int + 1) newest
   ), drawn AS MATERIALIZED (
     (SELECT id, tags, NULL::bigint AS place FROM jobs
      WHERE ${OWN} AND NOT (SELECT large FROM size) ${NEWEST_FIRST} LIMIT $2::int)
     UNION ALL
     (SELECT id, tags, ${PLACE} FROM jobs
      WHERE ${OWN} AND ${PLACE} < ${FIRST_EIGHTH} AND (SELECT large FROM size)
      ORDER BY ${PLACE} LIMIT $3::int + 1)
   ), reach AS MATERIALIZED (
     SELECT CASE WHEN count(place) > $3::int THEN max(place) END AS last FROM drawn
   ), carried AS (
     SELECT fold_case(tag) AS folded, min(tag COLLATE "C") AS tag
     FROM drawn, unnest(tags) AS tag
     WHERE place IS NULL OR (SELECT last FROM reach) IS NULL OR place < (SELECT last FROM reach)
     GROUP BY id, fold_case(tag)
   ), spelled AS (
     SELECT folded, tag, count(*) AS jobs FROM carried GROUP BY folded, tag
   ), counted AS (
     SELECT folded COLLATE "C" AS folded, sum(jobs) AS jobs,
       (array_agg(tag ORDER BY jobs DESC, tag COLLATE "C"))[1] AS name
     FROM spelled GROUP BY folded ORDER BY 2 DESC, 1 LIMIT $4::int + 1
   ), scale AS (
     SELECT CASE WHEN NOT large THEN 1 WHEN last IS NULL THEN 8
       ELSE power(2, 64) / (last::double precision + power(2, 63)) END AS factor
     FROM size, reach
   )
   SELECT (SELECT large FROM size) AS sampled,
     coalesce((
       SELECT json_agg(json_build_array(name, folded, round((jobs * factor)::numeric)) ORDER BY jobs DESC, folded)
       FROM counted, scale
     ), '[]') AS skills`,
);

/** Counts the tags of an owner's jobs, archived ones left out, at a cost that does not grow beyond a bound. */
@Injectable()
export class SkillTableQuery {
  constructor(
    private readonly database: Database,
    private readonly bounds: SkillBounds,
  ) {}

  /** The tags now: exact, or estimated from a sample where there are more jobs than `SkillBounds.exactUpTo`. */
  async read(ownerId: string): Promise<SkillTable> {
    const { exactUpTo, sampleJobs, mostTags } = this.bounds;
    const madeAt = Date.now();
    const { sampled, skills } = await this.database.readOne<{ sampled: boolean; skills: SkillEntry[] }>(
      TABLE,
      [ownerId, exactUpTo, sampleJobs, mostTags],
    );
    return { skills: skills.slice(0, mostTags), approximate: sampled || skills.length > mostTags, madeAt };
  }
}
