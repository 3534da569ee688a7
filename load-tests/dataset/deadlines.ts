import { type Random } from './random';

const DAY = 86_400_000;

/** Share of the jobs that have a deadline. */
const SHARE = 1 / 3;

/**
 * A deadline as people treat it, as milliseconds since 1970: half of those who meet one do so in its last two days, a third
 * earlier, the others some days late. One that was never met lies weeks after the job's creation, in the past or
 * still to come.
 */
export const deadlineOf = (random: Random, createdAt: number, metAt: number | null): number | null => {
  if (!random.chance(SHARE)) return null;
  if (metAt === null) return createdAt + random.duration(30 * DAY);
  const way = random.fraction();
  if (way < 0.5) return metAt + random.fraction() * 2 * DAY;
  if (way < 0.85) return metAt + 2 * DAY + random.duration(10 * DAY);
  return metAt - random.duration(4 * DAY);
};
