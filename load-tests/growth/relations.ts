import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client } from 'pg';
import { type BenchDatabase } from '../bench/bench-database';
import { THOUSAND_EMAIL } from '../bench/owner-of-thousand';
import { type Relation } from './figures';

/** Every table and index of the product with its size on disk, the largest first. */
export const readRelations = async (client: Client): Promise<Relation[]> => {
  const { rows } = await client.query<{ name: string; owner: string | null; bytes: string }>(
    `SELECT relname AS name, NULL AS owner, pg_table_size(relid) AS bytes
     FROM pg_stat_user_tables WHERE schemaname = 'public'
     UNION ALL
     SELECT indexrelname, relname, pg_relation_size(indexrelid)
     FROM pg_stat_user_indexes WHERE schemaname = 'public'
     ORDER BY bytes DESC, name`,
  );
  return rows.map(({ name, owner, bytes }) => ({
    name,
    ...(owner !== null && { table: owner }),
    bytes: Number(bytes),
  }));
};

/** Sizes of relations, and how many events runs had appended to the dataset when they were read. */
export interface Relations {
  relations: Relation[];
  appended: number;
}

/**
 * Relations as they were right after the load, which are kept in `folder`: each run appends events. In a folder
 * without them they are measured as they are now.
 */
export const relationsOf = async (
  { client, loaded }: Pick<BenchDatabase, 'client' | 'loaded'>,
  folder: string,
): Promise<Relations> => {
  const file = join(folder, 'relations.json');
  if (!loaded && existsSync(file))
    return { relations: JSON.parse(readFileSync(file, 'utf8')) as Relation[], appended: 0 };
  const relations = await readRelations(client);
  if (!loaded) return { relations, appended: await countAppended(client) };
  writeFileSync(file, `${JSON.stringify(relations, undefined, 2)}\n`);
  return { relations, appended: 0 };
};

/**
 * Events that are not of the load: every run makes sure of the owner with 1000 jobs before it appends, and nothing in
 * a dataset happens after its load.
 */
const countAppended = async (client: Client): Promise<number> => {
  const { rows } = await client.query<{ appended: number }>(
    `SELECT count(*)::int AS appended FROM job_status_events e
     WHERE e.recorded_at > (SELECT created_at FROM users WHERE email = $1)`,
    [THOUSAND_EMAIL],
  );
  return rows[0]?.appended ?? 0;
};
