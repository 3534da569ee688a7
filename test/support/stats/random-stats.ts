import fc from 'fast-check';
import { rulesOf, WORKFLOW_RULES } from '../workflow-rules';
import type { StatsApi, StatsQuery } from './stats-api';
import type { Telling } from './told-jobs';

const DAY = 86_400_000;
const QUARTER = 900_000;

/** Days around changes of clocks, ends of months and of years, in which local days are what is easily got wrong. */
const FIXED_DAYS = [
  ...['2024-02-29', '2025-03-08', '2025-03-09', '2025-03-10', '2025-03-30', '2025-04-05', '2025-04-06'],
  ...['2025-10-04', '2025-10-05', '2025-10-25', '2025-10-26', '2025-10-31', '2025-11-01', '2025-11-02'],
  ...['2025-11-03', '2025-12-31', '2026-01-01'],
];
const ZONES = [
  ...['UTC', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'America/New_York', 'Asia/Kathmandu'],
  ...[
    'Australia/Lord_Howe',
    'America/Havana',
    'Africa/Cairo',
    'Atlantic/Azores',
    'Asia/Beirut',
    'CET',
    'WET',
  ],
];
const COMPANIES = [null, null, 'Acme', 'ACME', 'acme', 'Éclair', 'éCLAIR', 'Ωmega', 'Navy', 'b-1', 'B 2'];

const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** Days of the past: the fixed ones, and some of the last year. */
const day = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...FIXED_DAYS) },
  { weight: 1, arbitrary: fc.integer({ min: 2, max: 400 }).map((days) => dateOf(Date.now() - days * DAY)) },
);

/** Times on whole quarters of an hour, where days begin somewhere, and just beside them. */
const time = fc
  .tuple(day, fc.nat(95), fc.constantFrom(0, 0, 0, -1, 1, 433_217))
  .map(([date, quarters, beside]) => new Date(Date.parse(date) + quarters * QUARTER + beside).toISOString());

const deadline = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  { weight: 3, arbitrary: day },
  { weight: 1, arbitrary: fc.integer({ min: -1, max: 1 }).map((days) => dateOf(Date.now() + days * DAY)) },
);

const workflow = fc.constantFrom(...Object.keys(WORKFLOW_RULES), 'application', 'proposal');

/** The status of a workflow that a number stands for. */
const statusOf = (name: string, number: number): string => {
  const statuses = Object.keys(rulesOf(name).categories);
  return statuses[number % statuses.length] ?? '';
};

/** Jobs with events in any order, a few of them at the same time. */
export const randomJob: fc.Arbitrary<Telling> = fc
  .record({
    workflow,
    company: fc.constantFrom(...COMPANIES),
    deadline,
    createdAt: time,
    archivedAt: fc.option(time, { freq: 4, nil: null }),
    steps: fc.array(fc.tuple(fc.nat(1000), time), { minLength: 1, maxLength: 6 }),
    repeated: fc.boolean(),
  })
  .map(({ steps, repeated, ...job }) => ({
    ...job,
    events: steps.map(([number, at], index): [string, string] => [
      statusOf(job.workflow, number),
      repeated && index > 0 ? (steps[index - 1]?.[1] ?? at) : at,
    ]),
  }));

/** Something that happens to a job later; jobs by index. */
export type Change = { job: number } & (
  | { kind: 'append'; status: number; occurredAt: string | undefined }
  | { kind: 'patch'; company: string | null; deadline: string | null }
  | { kind: 'archive' | 'restore' | 'delete' }
);

const MOST_JOBS = 1000;
const job = fc.nat(MOST_JOBS);

export const randomChange: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      job,
      status: fc.nat(1000),
      occurredAt: fc.option(time, { freq: 4, nil: undefined }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('patch' as const),
      job,
      company: fc.constantFrom(...COMPANIES),
      deadline,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('archive' as const, 'restore' as const, 'delete' as const),
      job,
    }),
  },
);

/** Questions, most of them of days that jobs are of. */
export const randomQuery: fc.Arbitrary<StatsQuery & { timeZone: string }> = fc
  .record({
    workflow: fc.option(workflow, { nil: undefined }),
    timeZone: fc.constantFrom(...ZONES),
    ends: fc.tuple(fc.option(day, { nil: undefined }), fc.option(day, { nil: undefined })),
  })
  .map(({ ends: [one, other], ...query }) => {
    const swapped = one !== undefined && other !== undefined && one > other;
    return { ...query, from: swapped ? other : one, to: swapped ? one : other };
  });

/** Does to the jobs of a user what may be done: some of it is refused, or comes too late for a job that is gone. */
export const applyChanges = async (api: StatsApi, changes: readonly Change[]): Promise<void> => {
  const jobs = await api.told();
  for (const change of changes) {
    const { id, workflow: name } = jobs[change.job % jobs.length] ?? {};
    if (id === undefined || name === undefined) continue;
    const answer = await send(api, id, name, change);
    if (![200, 201, 204, 404, 409].includes(answer.status)) throw new Error(`${change.kind}: ${answer.text}`);
  }
};

const send = (api: StatsApi, id: string, name: string, change: Change) => {
  switch (change.kind) {
    case 'append':
      return api.jobs.append(id, { status: statusOf(name, change.status), occurredAt: change.occurredAt });
    case 'patch':
      return api.jobs.patch(id, { company: change.company, deadline: change.deadline });
    case 'delete':
      return api.jobs.call('DELETE', `/${id}`);
    default:
      return api.jobs.call('POST', `/${id}/${change.kind}`, {});
  }
};
