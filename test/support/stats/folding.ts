import { CountFolder } from '../../../src/job-counts';
import type { TestApp } from '../test-app';

/** Folds one batch of deltas. @returns whether there may be more */
export const foldSome = ({ app }: TestApp): Promise<boolean> => app.get(CountFolder).fold();

/** Folds until nothing is left. */
export const foldAll = async (app: TestApp): Promise<void> => {
  while (await foldSome(app));
  expect(await unfolded(app)).toBe(0);
};

/** How many deltas wait to be folded. */
export const unfolded = async (app: TestApp): Promise<number> => {
  const [row] = await app.query<{ deltas: number }>('SELECT count(*)::int AS deltas FROM job_count_deltas');
  return row?.deltas ?? 0;
};
