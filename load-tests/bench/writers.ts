import { type Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';

/** Owners for what the bench itself creates, so that the lists which it reads stay as they are. */
export const createWriters = async (client: Client, count: number): Promise<string[]> => {
  const ids = Array.from({ length: count }, () => uuidv7());
  await client.query(
    `INSERT INTO users (id, email, password_hash)
     SELECT id, 'writer-' || id || '@bench.example', 'none' FROM unnest($1::uuid[]) AS w (id)`,
    [ids],
  );
  return ids;
};
