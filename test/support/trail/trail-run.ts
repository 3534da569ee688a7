import { randomUUID } from 'node:crypto';
import { CountFolder } from '../../../src/job-counts';
import { JobInserter } from '../../../src/jobs';
import { userScope, WriteAnnouncer } from '../../../src/platform/cache';
import { JobApi } from '../job-api';
import type { TestApp, TestResponse, TestUser } from '../test-app';
import { rulesOf } from '../workflow-rules';
import type { Command, NewTrail, Scenario, When } from './trail-commands';

/** What the answers to a run's requests say was accepted of one job. */
export interface Ledger {
  id: string;
  owner: number;
  workflow: string;
  deletions: number;
  /** Changes that were accepted, the creation not counted. */
  changes: number;
  archivings: number;
  /** Notes of accepted events, each unique to its request. */
  accepted: string[];
  /** Notes of refused ones. */
  refused: string[];
  /** Jobs as answered to each accepted PATCH with a status. */
  patched: { status: string; currentStatus: string; currentStatusAt: string }[];
  /** Versions answered to appends and to PATCH: each belongs to one change. */
  versions: number[];
}

/** A finished run. */
export interface TrailRun {
  jobs: Ledger[];
  /** Answers that no request may get: 5xx, or one that its request does not explain. */
  unexpected: string[];
}

const PAST = Date.UTC(2026, 0, 10, 12);

const occurredAt = (when: When): string | undefined => {
  switch (when.kind) {
    case 'now':
      return undefined;
    case 'past':
      return new Date(PAST + when.minute * 60_000).toISOString();
    case 'ahead':
      return new Date(Date.now() + when.minutes * 60_000).toISOString();
  }
};

/** Creates the jobs of a scenario, sends its waves, and books what the answers say. */
export const runScenario = async (app: TestApp, users: TestUser[], scenario: Scenario): Promise<TrailRun> => {
  const run: TrailRun = { jobs: [], unexpected: [] };
  for (const job of scenario.jobs) {
    run.jobs.push(emptyLedger(await create(app, users, job), job.owner, job.workflow));
  }
  const sender = new Sender(app, users, run);
  // The counts are folded while the requests of a wave are under way.
  const folder = app.app.get(CountFolder);
  for (const wave of scenario.waves)
    await Promise.all([...wave.map((command) => sender.send(command)), folder.fold()]);
  return run;
};

/** Creates a job over HTTP; an old one as an import does, since over HTTP every job begins now. */
const create = async (app: TestApp, users: TestUser[], job: NewTrail): Promise<string> => {
  const user = users[job.owner];
  if (user === undefined) throw new Error(`No user ${job.owner}`);
  if (!job.old) return (await new JobApi(app, user).create({ workflow: job.workflow })).id;
  const owner = user.user.id;
  const inserted = await app.app.get(WriteAnnouncer).write(userScope(owner), () =>
    app.app.get(JobInserter).insert(owner, owner, {
      workflow: job.workflow,
      fields: { title: 'Old' },
      events: [{ status: rulesOf(job.workflow).initial, occurredAt: new Date(PAST - 1).toISOString() }],
    }),
  );
  return inserted.id;
};

const emptyLedger = (id: string, owner: number, workflow: string): Ledger => ({
  id,
  owner,
  workflow,
  deletions: 0,
  changes: 0,
  archivings: 0,
  accepted: [],
  refused: [],
  patched: [],
  versions: [],
});

class Sender {
  constructor(
    private readonly app: TestApp,
    private readonly users: TestUser[],
    private readonly run: TrailRun,
  ) {}

  async send(command: Command): Promise<void> {
    switch (command.kind) {
      case 'append':
        return this.append(command);
      case 'patch':
        return this.patch(command);
      case 'bulkStatus':
      case 'bulkDeadline':
      case 'bulkArchive':
        return this.bulk(command);
      default:
        return this.simple(command);
    }
  }

  private async append(command: Extract<Command, { kind: 'append' }>): Promise<void> {
    const job = this.job(command.job);
    const note = randomUUID();
    const body = { status: command.status, note, occurredAt: occurredAt(command.when) };
    const headers: Record<string, string> = command.repeats === 0 ? {} : { 'idempotency-key': note };
    const send = () => this.call('POST', job, '/status-events', command.user, body, headers);
    const answers = await Promise.all(Array.from({ length: command.repeats + 1 }, send));
    const first = answers.filter(({ headers: given }) => given.get('idempotency-replayed') === null);
    const created = first.filter(({ status }) => status === 201);
    this.expect(created.length <= 1, 'one key, two events', answers);
    for (const answer of answers) this.expectOneOf(answer, [201, 400, 404, 409]);
    for (const answer of created) {
      const made = answer.body as {
        event: { occurredAt: string };
        job: { version: number; currentStatus: string };
      };
      if (command.when.kind === 'past') {
        this.expect(made.event.occurredAt === body.occurredAt, 'not when it happened', [answer]);
      } else {
        this.expect(made.job.currentStatus === command.status, 'what happens now is not the newest', [
          answer,
        ]);
      }
      job.versions.push(made.job.version);
      job.changes += 1;
    }
    (created.length > 0 ? job.accepted : job.refused).push(note);
  }

  private async patch({ job: index, user, status }: Extract<Command, { kind: 'patch' }>): Promise<void> {
    const job = this.job(index);
    const answer = await this.call('PATCH', job, '', user, { notes: randomUUID(), status });
    this.expectOneOf(answer, [200, 400, 404, 409]);
    if (answer.status !== 200) return;
    const after = answer.body as { version: number; currentStatus: string; currentStatusAt: string };
    job.changes += 1;
    job.versions.push(after.version);
    if (status !== undefined) job.patched.push({ status, ...after });
  }

  private async bulk(command: Extract<Command, { jobs: number[] }>): Promise<void> {
    const jobs = command.jobs.map((index) => this.job(index));
    const note = randomUUID();
    const [path, change] =
      command.kind === 'bulkStatus'
        ? ['status', { status: command.status, note }]
        : command.kind === 'bulkDeadline'
          ? ['deadline', { deadline: command.deadline }]
          : ['archive', { reason: note }];
    const answer = await this.app.request('POST', `/api/jobs/bulk/${path}`, {
      token: this.users[command.user]?.token,
      body: { ids: jobs.map(({ id }) => id), ...change },
    });
    this.expectOneOf(answer, [200]);
    const { results } = answer.body as { results: { id: string; outcome: string }[] };
    for (const job of jobs) {
      const updated = results.find(({ id }) => id === job.id)?.outcome === 'updated';
      this.expect(!updated || job.owner === command.user, 'a stranger changed a job', [answer]);
      if (updated) job.changes += 1;
      if (updated && command.kind === 'bulkArchive') job.archivings += 1;
      if (command.kind === 'bulkStatus') (updated ? job.accepted : job.refused).push(note);
    }
  }

  private async simple(command: Extract<Command, { kind: 'archive' | 'restore' | 'delete' | 'history' }>) {
    const job = this.job(command.job);
    const { kind, user } = command;
    if (kind === 'delete') {
      const answer = await this.call('DELETE', job, '', user);
      this.expectOneOf(answer, [204, 404]);
      if (answer.status === 204) job.deletions += 1;
    } else if (kind === 'history') {
      this.expectOneOf(await this.call('GET', job, '/status-events', user), [200, 404]);
    } else {
      const reason = randomUUID();
      const answer = await this.call('POST', job, `/${kind}`, user, kind === 'archive' ? { reason } : {});
      this.expectOneOf(answer, [200, 404]);
      // Who archives an archived job is answered with the reason of somebody else.
      if (answer.status === 200 && (answer.body as { archiveReason: unknown }).archiveReason === reason) {
        job.changes += 1;
        job.archivings += 1;
      }
    }
  }

  private async call(
    method: string,
    job: Ledger,
    path: string,
    user: number,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<TestResponse> {
    const token = this.users[user]?.token;
    const answer = await this.app.request(method, `/api/jobs/${job.id}${path}`, { token, body, headers });
    const code = (answer.body as { code?: unknown } | undefined)?.code;
    const blind = answer.status === 404 || code === 'idempotency_in_progress';
    this.expect(blind || user === job.owner, 'a stranger saw a job', [answer]);
    return answer;
  }

  private job(index: number): Ledger {
    const job = this.run.jobs[index];
    if (job === undefined) throw new Error(`No job ${index}`);
    return job;
  }

  private expectOneOf(answer: TestResponse, statuses: number[]): void {
    this.expect(statuses.includes(answer.status), `not one of ${statuses.join()}`, [answer]);
  }

  private expect(holds: boolean, what: string, answers: TestResponse[]): void {
    if (!holds)
      this.run.unexpected.push(`${what}: ${answers.map(({ status, text }) => `${status} ${text}`).join()}`);
  }
}
