import { randomUUID } from 'node:crypto';
import { ExportRepository } from '../../src/exports/export.repository';
import { WorkQueue } from '../../src/platform/queue';
import {
  addThreeJobs,
  askForExport,
  countOf,
  exportsOf,
  postExport,
  standingOf,
  workFor,
  writeExport,
} from '../support/background-exports';
import { untilBlocked } from '../support/blocked';
import { expectProblem } from '../support/expect-problem';
import { stopAt } from '../support/gate';
import { startTestApp, type TestApp, type TestUser } from '../support/test-app';

let app: TestApp;
let user: TestUser;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  user = await app.register();
});

const post = (body: unknown, as = user, headers: Record<string, string> = {}) =>
  postExport(app, as, body, headers);

describe('Asking for an export', () => {
  it.each([
    [{}, 'format'],
    [{ format: 'xml' }, 'format'],
    [{ format: 'csv', colour: 'red' }, 'colour'],
    [{ format: 'csv', events: true }, 'events'],
    [{ format: 'csv', filters: [] }, 'filters'],
    [{ format: 'csv', filters: null }, 'filters'],
    [{ format: 'csv', filters: { colour: 'red' } }, 'filters.colour'],
    [{ format: 'csv', filters: { toString: 'x' } }, 'filters.toString'],
    [{ format: 'csv', filters: { limit: 5 } }, 'filters.limit'],
    [{ format: 'csv', filters: { salaryMin: -1 } }, 'filters.salaryMin'],
    [{ format: 'csv', filters: { status: 'nonsense' } }, 'filters.status'],
    [{ format: 'csv', filters: { workflow: 'nonsense' } }, 'filters.workflow'],
  ])('refuses %j', async (body, field) => {
    const answer = await post(body);
    expectProblem(answer, 400, 'validation_failed');
    expect(answer.body.errors).toContainEqual(expect.objectContaining({ field }));
    expect(await exportsOf(app, user)).toBe(0);
  });

  it('refuses the jobs of others, but to an admin', async () => {
    const body = { format: 'csv', filters: { ownerId: user.user.id } };
    expectProblem(await post(body, await app.register()), 403, 'forbidden');
    await addThreeJobs(app, user);
    const admin = await app.registerAdmin();
    const { id } = (await post(body, admin)).body as { id: string };
    await writeExport(app, id);
    expect((await standingOf(app, admin, id)).body).toMatchObject({ state: 'done', rows: 3 });
  });

  it('refuses an owner a fourth while three are unfinished', async () => {
    const asked = await Promise.all(Array.from({ length: 7 }, () => post({ format: 'csv' })));
    const [accepted, refused] = [202, 429].map((status) => asked.filter((each) => each.status === status));
    expect([accepted?.length, refused?.length]).toEqual([3, 4]);
    expectProblem(refused![0]!, 429, 'rate_limited');
    expect(refused![0]!.headers.get('retry-after')).toBe('30');
    expect(await exportsOf(app, user)).toBe(3);
    expect((await post({ format: 'csv' }, await app.register())).status).toBe(202);
    await writeExport(app, String(accepted![0]!.body.id));
    expect((await post({ format: 'csv' })).status).toBe(202);
  });

  it('counts what is asked for in the same moment: who asks next waits for it', async () => {
    for (let n = 0; n < 2; n++) await askForExport(app, user);
    const gate = stopAt(app.app.get(ExportRepository), 'insert', 'before');
    try {
      const third = post({ format: 'csv' });
      await gate.reached;
      const fourth = post({ format: 'csv' });
      await untilBlocked(app);
      gate.open();
      expect([(await third).status, (await fourth).status]).toEqual([202, 429]);
    } finally {
      gate.open();
    }
  });

  it('that was refused for the number of them is not refused for good under its Idempotency-Key', async () => {
    const ids = [];
    for (let n = 0; n < 3; n++) ids.push(await askForExport(app, user));
    const key = { 'idempotency-key': randomUUID() };
    expect((await post({ format: 'csv' }, user, key)).status).toBe(429);
    await writeExport(app, ids[0]!);
    expect((await post({ format: 'csv' }, user, key)).status).toBe(202);
  });

  it.each(['before', 'after'] as const)(
    'leaves neither an export nor work where it fails %s the work is sent',
    async (when) => {
      const queue = app.app.get(WorkQueue);
      const original = queue.send.bind(queue);
      const jobs = await countOf(app, 'queue.job');
      queue.send = async (...sent) => {
        if (when === 'after') await original(...(sent as Parameters<WorkQueue['send']>));
        throw new Error('It dies here');
      };
      try {
        expectProblem(await post({ format: 'csv' }), 500, 'internal_error');
      } finally {
        Reflect.deleteProperty(queue, 'send');
      }
      expect([await exportsOf(app, user), await countOf(app, 'queue.job')]).toEqual([0, jobs]);
      const id = await askForExport(app, user);
      expect([await exportsOf(app, user), await workFor(app, id)]).toEqual([1, 1]);
    },
  );

  it('sends no work whose export is not committed: others see both at the same time', async () => {
    const queue = app.app.get(WorkQueue);
    const original = queue.send.bind(queue);
    const seen: number[][] = [];
    queue.send = async (...sent) => {
      const result = await original(...(sent as Parameters<WorkQueue['send']>));
      // On a connection of the test, while the transaction is open.
      seen.push([
        await exportsOf(app, user),
        await countOf(app, 'queue.job', `data->>'exportId' = $1`, [
          (sent[1] as { exportId: string }).exportId,
        ]),
      ]);
      return result;
    };
    try {
      await askForExport(app, user);
    } finally {
      Reflect.deleteProperty(queue, 'send');
    }
    expect(seen).toEqual([[0, 0]]);
  });
});
