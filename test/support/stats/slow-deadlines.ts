import { localDate } from './local-time';
import { ratio, type StatsAnswer } from './stats-answer';
import { deadlineMetAt, isUnderWay, type ToldJob } from './told-job';

type Outcome = 'upcoming' | 'overdue' | 'met' | 'missed';

/** How jobs stand to their deadlines, day against day in a time zone. @param now milliseconds since 1970 */
export const slowDeadlines = (
  jobs: readonly ToldJob[],
  now: number,
  timeZone: string,
): StatsAnswer['deadlines'] => {
  const outcomes = jobs.map((job) => outcomeOf(job, now, timeZone));
  const count = (wanted: Outcome): number => outcomes.filter((outcome) => outcome === wanted).length;
  const [met, missed, overdue] = [count('met'), count('missed'), count('overdue')];
  return { upcoming: count('upcoming'), overdue, met, missed, adherence: ratio(met, met + missed + overdue) };
};

const outcomeOf = (job: ToldJob, now: number, timeZone: string): Outcome | undefined => {
  const { deadline, archivedAt } = job;
  if (deadline === null) return undefined;
  const metAt = deadlineMetAt(job);
  if (metAt !== undefined) return localDate(metAt, timeZone) <= deadline ? 'met' : 'missed';
  if (archivedAt !== null || !isUnderWay(job)) return undefined;
  return deadline >= localDate(now, timeZone) ? 'upcoming' : 'overdue';
};
