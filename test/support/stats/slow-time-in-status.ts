import { add, type Tally } from './stats-answer';
import { historyOf, isUnderWay, type ToldJob } from './told-job';

/**
 * Seconds that stays in each status last on average. The stay that a job is in counts up to `now` while the job is
 * under way and not in the archive, else not at all.
 * @param now milliseconds since 1970
 */
export const slowTimeInStatus = (jobs: readonly ToldJob[], now: number): Tally => {
  const lengths: Tally = {};
  const stays: Tally = {};
  for (const job of jobs) {
    const history = historyOf(job);
    const open = job.archivedAt === null && isUnderWay(job);
    for (const [index, { status, at }] of history.entries()) {
      const end = history[index + 1]?.at ?? (open ? now : undefined);
      if (end === undefined) continue;
      add(stays, status);
      add(lengths, status, end - at);
    }
  }
  return Object.fromEntries(
    Object.entries(stays).map(([status, n]) => [status, Math.max(0, lengths[status] ?? 0) / n / 1000]),
  );
};
