import { expectTrueStats } from '../stats/expect-stats';
import { StatsApi } from '../stats/stats-api';
import type { TestApp, TestUser } from '../test-app';
import { rulesOf } from '../workflow-rules';
import { brokenInvariants } from './trail-invariants';
import type { Ledger, TrailRun } from './trail-run';

interface EventRow {
  seq: number;
  status: string;
  note: string | null;
  occurred_at: Date;
}

/** Holds the database, the histories and the stats, as answered, against what the answers of a run said was accepted. */
export const checkTrail = async (app: TestApp, users: TestUser[], run: TrailRun): Promise<void> => {
  expect(run.unexpected).toEqual([]);
  expect(await brokenInvariants(app)).toEqual({});
  for (const job of run.jobs) await checkJob(app, users, job);
  for (const user of users) await checkStats(new StatsApi(app, user));
};

/** Holds the stats, which come from the counters, against a slow computation from all histories. */
const checkStats = async (api: StatsApi): Promise<void> => {
  const jobs = await api.told();
  await expectTrueStats(api, jobs, { timeZone: 'UTC' });
  await expectTrueStats(api, jobs, {
    timeZone: 'Asia/Kathmandu',
    from: '2026-01-10',
    workflow: 'application',
  });
};

const checkJob = async (app: TestApp, users: TestUser[], ledger: Ledger): Promise<void> => {
  const [job] = await app.query<{ version: number; archived: boolean }>(
    'SELECT version, archived FROM jobs WHERE id = $1',
    [ledger.id],
  );
  const events = await app.query<EventRow>(
    'SELECT seq, status, note, occurred_at FROM job_status_events WHERE job_id = $1 ORDER BY seq',
    [ledger.id],
  );
  expect(ledger.deletions).toBeLessThanOrEqual(1);
  expect(job === undefined).toBe(ledger.deletions === 1);
  expect(new Set(ledger.versions).size).toBe(ledger.versions.length);
  if (job === undefined) {
    expect(events).toEqual([]);
    return;
  }
  // Each time a job was archived but the last, it was restored; and the last too, unless it still is.
  const restorings = ledger.archivings - (job.archived ? 1 : 0);
  expect(job.version).toBe(1 + ledger.changes + restorings);
  checkEvents(ledger, events);
  checkRecording(ledger, events);
  await checkHistory(app, users, ledger, events);
};

/** One event for each accepted request, none for a refused one, and the rest by PATCH. */
const checkEvents = ({ accepted, refused, patched }: Ledger, events: EventRow[]): void => {
  const notes = events.flatMap(({ note }) => (note === null ? [] : [note]));
  expect(notes.sort()).toEqual([...accepted].sort());
  expect(notes.filter((note) => refused.includes(note))).toEqual([]);
  const at = (event: EventRow) => `${event.status} ${event.occurred_at.toISOString()}`;
  const answered = patched.map(({ currentStatus, currentStatusAt }) => `${currentStatus} ${currentStatusAt}`);
  const unexplained = events.filter(
    (event) => event.seq > 1 && event.note === null && !answered.includes(at(event)),
  );
  expect(unexplained).toEqual([]);
  expect(answered.filter((text) => !events.some((event) => at(event) === text))).toEqual([]);
  expect(patched.filter(({ status, currentStatus }) => status !== currentStatus)).toEqual([]);
};

/** Records the events again, one by one, and holds each to the rule for an event that becomes the newest. */
const checkRecording = ({ workflow }: Ledger, events: EventRow[]): void => {
  let newest: EventRow | undefined;
  for (const event of events) {
    if (newest !== undefined && event.occurred_at < newest.occurred_at) continue;
    if (newest !== undefined) {
      const step = { workflow, from: newest.status, to: event.status };
      expect({ ...step, allowed: rulesOf(workflow).allows(newest.status, event.status) }).toEqual({
        ...step,
        allowed: true,
      });
      // Only PATCH writes events without a note, and the same status is no change to it.
      if (event.note === null) expect(event.status).not.toBe(newest.status);
    }
    newest = event;
  }
};

const checkHistory = async (
  app: TestApp,
  users: TestUser[],
  { id, owner }: Ledger,
  events: EventRow[],
): Promise<void> => {
  const oldestFirst = [...events].sort((a, b) => +a.occurred_at - +b.occurred_at || a.seq - b.seq);
  const expected = oldestFirst
    .map((event, index) => ({
      seq: event.seq,
      status: event.status,
      fromStatus: oldestFirst[index - 1]?.status ?? null,
      occurredAt: event.occurred_at.toISOString(),
    }))
    .reverse();
  const shown: object[] = [];
  let path: string | undefined = `/api/jobs/${id}/status-events?limit=3`;
  while (path !== undefined) {
    const { body } = await app.request('GET', path, { token: users[owner]?.token });
    const { data, pagination } = body as {
      data: Record<string, unknown>[];
      pagination: { nextCursor: string | null; totalItems: number };
    };
    expect(pagination.totalItems).toBe(events.length);
    shown.push(
      ...data.map(({ seq, status, fromStatus, occurredAt }) => ({ seq, status, fromStatus, occurredAt })),
    );
    const cursor: string | null = pagination.nextCursor;
    path = cursor === null ? undefined : `/api/jobs/${id}/status-events?limit=3&cursor=${cursor}`;
  }
  expect(shown).toEqual(expected);
};
