import { type Client } from 'pg';
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
