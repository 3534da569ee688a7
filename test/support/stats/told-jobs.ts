import type { ToldJob } from './told-job';

/** A job as an import takes it, told by what a test cares about. */
export type Telling = Partial<Omit<ToldJob, 'statusEvents'>> & {
  /** Status and time in turn, in the order of `seq`. */
  events?: [status: string, occurredAt: string][];
};

/** The full time of a shorter one: `2025-03-09`, `2025-03-09T05:00` or with seconds, all in UTC. */
export const utc = (time: string): string =>
  new Date(time.includes('T') ? time.replace(/Z?$/, 'Z') : `${time}T00:00Z`).toISOString();

/** The job with all that was not told: an application, created with its first event, in no archive. */
export const toldJob = ({ events = [['wishlist', '2025-01-01']], ...fields }: Telling = {}): ToldJob => {
  const statusEvents = events.map(([status, occurredAt]) => ({ status, occurredAt: utc(occurredAt) }));
  const first = statusEvents.map(({ occurredAt }) => occurredAt).sort()[0] ?? '';
  return {
    workflow: 'application',
    company: null,
    deadline: null,
    ...fields,
    createdAt: utc(fields.createdAt ?? first),
    archivedAt: typeof fields.archivedAt === 'string' ? utc(fields.archivedAt) : null,
    statusEvents,
  };
};
