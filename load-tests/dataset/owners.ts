import { type Client } from 'pg';
import { Passwords } from '../../src/auth/passwords';
import { type Random } from './random';

/** Password of every owner in the dataset. */
export const DATASET_PASSWORD = 'password-of-the-dataset';

/** E-mail of the owner with the most jobs. */
export const BIG_OWNER_EMAIL = 'big-owner@dataset.example';

/** Who owns the jobs: one owner of many, and many of few. */
export interface Owners {
  big: string;
  others: string[];
}

/**
 * Creates the owners; all have one password, and so one hash.
 * @throws Error when the database has a dataset already
 */
export const createOwners = async (
  client: Client,
  random: Random,
  count: number,
  createdAt: number,
): Promise<Owners> => {
  const passwordHash = await new Passwords().hash(DATASET_PASSWORD);
  const ids = Array.from({ length: count + 1 }, () => random.uuidV7(createdAt));
  const emails = ids.map((_, index) => (index === 0 ? BIG_OWNER_EMAIL : `owner-${index}@dataset.example`));
  const inserted = await client.query(
    `INSERT INTO users (id, email, password_hash, name, created_at, updated_at)
     SELECT id, email, $3, 'Owner of a dataset', $4, $4 FROM unnest($1::uuid[], $2::text[]) AS o (id, email)
     ON CONFLICT (email) DO NOTHING`,
    [ids, emails, passwordHash, new Date(createdAt)],
  );
  if (inserted.rowCount !== ids.length) {
    throw new Error('This database has a dataset already: use another one, or another --data-dir.');
  }
  const [big, ...others] = ids as [string, ...string[]];
  return { big, others };
};

/** Deals out owners so that the big owner gets exactly `bigOwnerJobs` of `jobs`, spread over time. */
export class OwnerDealer {
  constructor(
    private readonly random: Random,
    private readonly owners: Owners,
    private jobsLeft: number,
    private bigLeft: number,
  ) {}

  next(): string {
    const big = this.random.fraction() * this.jobsLeft < this.bigLeft;
    this.jobsLeft -= 1;
    if (big) this.bigLeft -= 1;
    return big
      ? this.owners.big
      : this.owners.others[this.random.skewedBelow(this.owners.others.length, 1.5)]!;
  }
}
