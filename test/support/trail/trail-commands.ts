import fc from 'fast-check';
import { ALL_STATUSES, WORKFLOW_RULES } from '../workflow-rules';

/** When an event says that it happened. */
export type When =
  | { kind: 'now' }
  /** One of a few fixed minutes of the past, so that equal times are common. */
  | { kind: 'past'; minute: number }
  /** Minutes ahead of the clock: up to 5 it is taken as now. */
  | { kind: 'ahead'; minutes: number };

/** One request of a random run; jobs and users by index. */
export type Command =
  | { kind: 'append'; job: number; user: number; status: string; when: When; repeats: number }
  | { kind: 'patch'; job: number; user: number; status: string | undefined }
  | { kind: 'archive' | 'restore' | 'delete' | 'history'; job: number; user: number }
  | { kind: 'bulkStatus'; jobs: number[]; user: number; status: string }
  | { kind: 'bulkDeadline'; jobs: number[]; user: number; deadline: string | null }
  | { kind: 'bulkArchive'; jobs: number[]; user: number };

/** A job to create; an old one began before every time that a command names. */
export interface NewTrail {
  owner: number;
  workflow: string;
  old: boolean;
}

/** Jobs to create, and waves of requests: those of a wave run at once. */
export interface Scenario {
  jobs: NewTrail[];
  waves: Command[][];
}

const MOST_JOBS = 4;
const job = fc.nat(MOST_JOBS - 1);
const jobs = fc.uniqueArray(job, { minLength: 1, maxLength: MOST_JOBS });
const user = fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) });
/** Mostly a few, so that the same status comes again and steps of the strict workflows succeed. */
const status = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('accepted', 'cancelled', 'open', 'running', 'submitted', 'failed'),
  },
  { weight: 1, arbitrary: fc.constantFrom(...ALL_STATUSES, 'nonsense') },
);

const when: fc.Arbitrary<When> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ kind: 'now' as const }) },
  { weight: 7, arbitrary: fc.record({ kind: fc.constant('past' as const), minute: fc.nat(2) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('ahead' as const), minutes: fc.constantFrom(1, 4, 10) }),
  },
);

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      job,
      user,
      status,
      when,
      repeats: fc.constantFrom(0, 0, 0, 1, 2),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('patch' as const),
      job,
      user,
      status: fc.option(status, { nil: undefined }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('archive' as const, 'restore' as const, 'history' as const),
      job,
      user,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), job, user }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('bulkStatus' as const), jobs, user, status }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('bulkDeadline' as const),
      jobs,
      user,
      deadline: fc.constantFrom('2026-01-31', '2026-02-01', null),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('bulkArchive' as const), jobs, user }) },
);

/** Random runs. Most requests come from the owner of most jobs, so that most of them are about something. */
export const scenarios = (waves: number, width: number): fc.Arbitrary<Scenario> =>
  fc.record({
    jobs: fc.array(
      fc.record({
        owner: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }),
        workflow: fc.constantFrom(...Object.keys(WORKFLOW_RULES), 'application'),
        old: fc.boolean(),
      }),
      { minLength: MOST_JOBS, maxLength: MOST_JOBS },
    ),
    waves: fc.array(fc.array(command, { minLength: 1, maxLength: width, size: 'max' }), {
      minLength: 1,
      maxLength: waves,
      size: 'max',
    }),
  });
