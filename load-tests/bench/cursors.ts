import { type Client } from 'pg';
import { CursorCodec } from '../../src/platform/pagination';
import { deriveKey } from '../../src/platform/security';
import { SECRET_KEY } from './program';

/** Places in a list, counted in rows. */
export interface Places {
  /** Rows before the first of them. */
  from: number;
  /** How many at most: a list may end before. */
  places: number;
  /** Rows from one to the next. */
  step: number;
}

/** Cursors of the program after rows at and beyond a depth of an owner's default list. */
export const cursorsAt = async (
  client: Client,
  ownerId: string,
  { from, places, step }: Places,
): Promise<string[]> => {
  const { rows } = await client.query<{ id: string; created_at: Date }>(
    `SELECT id, created_at FROM (
       SELECT id, created_at, row_number() OVER () AS n FROM (
         SELECT id, created_at FROM jobs WHERE owner_id = $1 AND NOT archived
         ORDER BY created_at DESC, id DESC OFFSET $2 LIMIT $3
       ) r
     ) n WHERE (n - 1) % $4 = 0`,
    [ownerId, from - 1, (places - 1) * step + 1, step],
  );
  const cursors = new CursorCodec(deriveKey(SECRET_KEY, 'cursor'));
  const query = `["jobs","-createdAt",{"ownerId":"${ownerId}","archived":[false],"texts":{},"tags":[]}]`;
  return rows.map(({ id, created_at }, index) => {
    const place = { key: created_at.toISOString(), id, rowsBefore: from + index * step };
    return cursors.encode({ direction: 'next', ...place }, query);
  });
};
