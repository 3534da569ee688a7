import { rulesOf } from '../workflow-rules';

/** A job with its history, as a line of an export with events tells it. */
export interface ToldJob {
  id?: string;
  workflow: string;
  company: string | null;
  deadline: string | null;
  createdAt: string;
  archivedAt: string | null;
  /** In the order of `seq`. */
  statusEvents: { status: string; occurredAt: string }[];
}

/** An event of a history. Time in milliseconds since 1970. */
export interface Moment {
  status: string;
  at: number;
}

/** How far each status of a workflow shows a job to have come: 1 applied, 2 answered, 3 offered. */
const MILESTONES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  application: {
    applied: 1,
    ghosted: 1,
    phone_screen: 2,
    interview: 2,
    rejected: 2,
    declined: 2,
    offer: 3,
    accepted: 3,
  },
  proposal: { submitted: 1, shortlisted: 2, rejected: 2, accepted: 3 },
  posting: {},
  execution: {},
};

/** Statuses without a milestone that nevertheless meet a deadline. */
const DONE: Readonly<Record<string, string>> = { posting: 'filled', execution: 'completed' };

const milestone = (workflow: string, status: string): number => MILESTONES[workflow]?.[status] ?? 0;

const histories = new WeakMap<ToldJob, Moment[]>();

/** The events as they happened: by time, and at equal times in the order they were recorded in. */
export const historyOf = (job: ToldJob): Moment[] => {
  const known = histories.get(job);
  if (known !== undefined) return known;
  const history = job.statusEvents
    .map(({ status, occurredAt }, index) => ({ status, at: Date.parse(occurredAt), index }))
    .sort((one, other) => one.at - other.at || one.index - other.index)
    .map(({ status, at }) => ({ status, at }));
  histories.set(job, history);
  return history;
};

/** The last event. @throws for a job without any */
export const currentOf = (job: ToldJob): Moment => {
  const last = historyOf(job).at(-1);
  if (last === undefined) throw new Error('A job without events');
  return last;
};

/** Category of the status a job is in. */
export const categoryOf = (job: ToldJob): string => {
  const { status } = currentOf(job);
  const category = rulesOf(job.workflow).categories[status];
  if (category === undefined) throw new Error(`${job.workflow} has no status ${status}`);
  return category;
};

/** Whether something is still to come. */
export const isUnderWay = (job: ToldJob): boolean => ['todo', 'active'].includes(categoryOf(job));

/** When a job first had come as far as a milestone. Milliseconds. */
export const reachedAt = (job: ToldJob, least: 1 | 2 | 3): number | undefined =>
  historyOf(job).find(({ status }) => milestone(job.workflow, status) >= least)?.at;

/** When a job first was in a status that meets a deadline. Milliseconds. */
export const deadlineMetAt = (job: ToldJob): number | undefined =>
  historyOf(job).find(({ status }) => milestone(job.workflow, status) > 0 || DONE[job.workflow] === status)
    ?.at;
