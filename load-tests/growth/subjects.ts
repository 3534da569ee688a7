import { type BenchDatabase } from '../bench/bench-database';
import { whileFolding } from '../bench/folding';
import { ownerOfThousand } from '../bench/owner-of-thousand';

/** Whose jobs are read and written. */
export type SubjectName = 'ordinary' | 'thousand' | 'big';

/** What they are called in tables. */
export const SUBJECT_TITLES: Readonly<Record<SubjectName, string>> = {
  ordinary: 'ordinary owners, about 100 jobs each',
  thousand: 'owner with 1000 jobs',
  big: 'owner with a tenth of all jobs',
};

/** Those whose own list stays as long as it is while the database around it grows. */
export const OF_CONSTANT_SIZE: readonly SubjectName[] = ['ordinary', 'thousand'];

/** Owners, and how many jobs the default list of each has. */
export interface Subject {
  name: SubjectName;
  owners: readonly { id: string; listed: number }[];
}

/**
 * The owners that are asked for. The one with 1000 jobs (or all that the big owner has, if fewer) is made where it is
 * not there, and what that leaves to clean up is cleaned up.
 * @throws Error when there are no ordinary owners: the dataset is too small
 */
export const subjectsOf = async ({ client, postgres, owners }: BenchDatabase): Promise<Subject[]> => {
  if (owners.ordinary.length === 0) throw new Error('The dataset has no owner of an ordinary size');
  const thousand = await ownerOfThousand(client, owners.big);
  await whileFolding(postgres.url, ({ finish }) => finish());
  await client.query('VACUUM (ANALYZE)');
  const ids: Record<SubjectName, string[]> = {
    ordinary: owners.ordinary,
    thousand: [thousand],
    big: [owners.big],
  };
  const { rows } = await client.query<{ owner_id: string; listed: number }>(
    `SELECT owner_id, count(*)::int AS listed FROM jobs
     WHERE owner_id = ANY ($1) AND NOT archived GROUP BY owner_id`,
    [Object.values(ids).flat()],
  );
  const listed = new Map(rows.map((row) => [row.owner_id, row.listed]));
  return (Object.keys(ids) as SubjectName[]).map((name) => ({
    name,
    owners: ids[name].map((id) => ({ id, listed: listed.get(id) ?? 0 })),
  }));
};

/** Jobs in a list of theirs, on average. */
export const meanListed = ({ owners }: Subject): number =>
  owners.reduce((sum, { listed }) => sum + listed, 0) / owners.length;
