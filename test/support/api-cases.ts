import { Readable } from 'node:stream';
import { SpareMemory } from '../../src/diagnostics/spare-memory';
import { Profiler } from '../../src/platform/profiling';
import { eventually } from './eventually';
import { askForExport, writeExport } from './background-exports';
import { TEST_PASSWORD, type TestApp, type TestUser } from './test-app';

/** Someone with data of their own: what an operation needs to succeed. */
export interface World {
  app: TestApp;
  user: TestUser;
  /** A job with two events. */
  jobId: string;
  /** A job of a workflow that does not allow every change: a draft of a proposal. */
  draftId: string;
  /** Cursor of the second page of the jobs, one on a page. */
  jobsCursor: string;
  /** The same for the history of the job. */
  historyCursor: string;
}

/** What is sent to an operation. */
export interface ApiCall {
  /** Values of the parts of the path, by name. */
  path?: Record<string, string>;
  query?: Record<string, string>;
  /** Sent as JSON unless it is a text. */
  body?: unknown;
  headers?: Record<string, string>;
}

type Call = (world: World) => ApiCall | Promise<ApiCall>;

/** Most rows of an unpaged list in the tests that try all problems: `MAX_UNPAGINATED`. */
export const FEW_ROWS = 6;

/** A known operation. */
export interface ApiCase {
  /** A call that succeeds for the owner of the world. */
  call: Call;
  /** Other calls that succeed, for answers of other shapes. */
  variants?: Call[];
  /** Whether it is for administrators alone. */
  admin?: true;
  /** Calls that are answered with a code that is this operation's own; the general ones are tried on all alike. */
  problems?: Record<string, Call>;
}

const byJob = ({ jobId }: World): ApiCall => ({ path: { id: jobId } });

/** A call while a profile is being recorded. */
const recording = ({ app }: World): ApiCall => {
  const profiler = app.app.get(Profiler);
  if (profiler.running === undefined)
    void profiler.cpuProfile(500, new AbortController().signal).catch(() => undefined);
  return {};
};

const forbiddenStep = ({ draftId }: World): ApiCall => ({
  path: { id: draftId },
  body: { status: 'accepted' },
});

const jobChange: ApiCase = {
  call: (world) => ({ ...byJob(world), body: { title: 'Another title', status: 'interview' } }),
  problems: {
    already_exists: async (world) => {
      const externalRef = `taken-${process.hrtime.bigint()}`;
      await post(world, '/api/jobs', { title: 'First', externalRef });
      return { ...byJob(world), body: { externalRef } };
    },
    transition_not_allowed: forbiddenStep,
  },
};

const history: ApiCase = {
  call: byJob,
  variants: [(world) => ({ ...byJob(world), query: { limit: '1', cursor: world.historyCursor } })],
  problems: {
    cursor_mismatch: (world) => ({ ...byJob(world), query: { cursor: world.jobsCursor } }),
  },
};

/** Every operation of the program; a test fails for one that is missing here. */
export const API_CASES: Record<string, ApiCase> = {
  'POST /api/auth/register': {
    call: () => ({ body: { email: `new-${process.hrtime.bigint()}@example.com`, password: TEST_PASSWORD } }),
    problems: {
      already_exists: ({ user }) => ({ body: { email: user.user.email, password: TEST_PASSWORD } }),
    },
  },
  'POST /api/auth/login': {
    call: ({ user }) => ({ body: { email: user.user.email, password: TEST_PASSWORD } }),
    problems: {
      unauthenticated: () => ({ body: { email: 'nobody@example.com', password: 'wrong password' } }),
    },
  },
  'POST /api/auth/refresh': {
    call: ({ user }) => ({ body: { refreshToken: user.refreshToken } }),
    problems: { unauthenticated: () => ({ body: { refreshToken: 'not a refresh token' } }) },
  },
  'POST /api/auth/logout': { call: () => ({}) },
  'GET /api/profile': { call: () => ({}) },
  'PATCH /api/profile': { call: () => ({ body: { name: 'Ada', timeZone: 'Europe/Berlin' } }) },
  'GET /api/workflows': { call: () => ({}) },
  'GET /api/workflows/{id}': { call: () => ({ path: { id: 'execution' } }) },

  'GET /api/jobs': {
    call: () => ({}),
    variants: [
      () => ({ query: { paginate: 'false' } }),
      () => ({ query: { fields: 'id,title', count: 'none' } }),
      () => ({ query: { fields: 'id,title', paginate: 'false' } }),
      ({ jobsCursor }) => ({ query: { limit: '1', cursor: jobsCursor } }),
    ],
    problems: {
      offset_too_deep: () => ({ query: { page: '1000000' } }),
      cursor_mismatch: ({ jobsCursor }) => ({ query: { cursor: jobsCursor, sort: 'title' } }),
      too_many_rows: async (world) => {
        for (let n = 0; n < FEW_ROWS; n++) await post(world, '/api/jobs', { title: `Job ${n}` });
        return { query: { paginate: 'false' } };
      },
      forbidden: () => ({ query: { ownerId: '0197f3c0-11aa-7b40-93ce-5c9b0a6f2d10' } }),
    },
  },
  'POST /api/jobs': {
    call: () => ({ body: { title: 'A job', status: 'applied', attributes: { a: [1] } } }),
    problems: {
      already_exists: async (world) => {
        const externalRef = `taken-${process.hrtime.bigint()}`;
        await post(world, '/api/jobs', { title: 'First', externalRef });
        return { body: { title: 'Second', externalRef } };
      },
    },
  },
  'GET /api/jobs/upcoming-deadlines': { call: () => ({ query: { days: '366' } }) },
  'POST /api/jobs/bulk/status': { call: ({ jobId }) => ({ body: { ids: [jobId], status: 'rejected' } }) },
  'POST /api/jobs/bulk/deadline': {
    call: ({ jobId }) => ({ body: { ids: [jobId], deadline: '2030-01-31' } }),
  },
  'POST /api/jobs/bulk/archive': { call: ({ jobId }) => ({ body: { ids: [jobId], reason: 'Closed' } }) },
  'GET /api/jobs/{id}': { call: byJob },
  'PATCH /api/jobs/{id}': jobChange,
  'PUT /api/jobs/{id}': jobChange,
  'DELETE /api/jobs/{id}': { call: byJob },
  'POST /api/jobs/{id}/archive': {
    call: (world) => ({ ...byJob(world), body: { reason: 'Closed' } }),
    variants: [byJob],
  },
  'POST /api/jobs/{id}/restore': { call: byJob },
  'POST /api/jobs/{id}/status-events': {
    call: (world) => ({ ...byJob(world), body: { status: 'offer', metadata: { room: 'B12' } } }),
    problems: { transition_not_allowed: forbiddenStep },
  },
  'GET /api/jobs/{id}/status-events': history,
  'GET /api/jobs/{id}/statuses': history,

  'GET /api/stats': {
    call: () => ({}),
    variants: [() => ({ query: { workflow: 'application', from: '2026-01-01', timeZone: 'Europe/Berlin' } })],
  },
  'GET /api/stats/export': { call: () => ({ query: { to: '2026-01-31' } }) },
  'GET /api/skills': {
    call: () => ({}),
    variants: [() => ({ query: { prefix: 'rem', limit: '5' } })],
  },

  'POST /api/jobs/import': {
    call: () => ({ body: '{"title":"Imported"}\n', headers: { 'content-type': 'application/x-ndjson' } }),
    variants: [
      () => ({ body: 'title,company\nImported,Ada Ltd\n', headers: { 'content-type': 'text/csv' } }),
      () => ({ body: '{"title":""}\n', headers: { 'content-type': 'application/x-ndjson' } }),
    ],
  },
  'GET /api/jobs/export': {
    call: () => ({}),
    variants: [() => ({ query: { format: 'csv' } }), () => ({ query: { events: 'true' } })],
    problems: { forbidden: () => ({ query: { ownerId: '0197f3c0-11aa-7b40-93ce-5c9b0a6f2d10' } }) },
  },

  'POST /api/exports': {
    call: async (world) => {
      await finishExports(world);
      return { body: { format: 'ndjson', filters: { status: ['active'], sort: 'title' }, events: true } };
    },
    problems: {
      forbidden: () => ({
        body: { format: 'csv', filters: { ownerId: '0197f3c0-11aa-7b40-93ce-5c9b0a6f2d10' } },
      }),
    },
  },
  'GET /api/exports/{id}': {
    call: async (world) => ({ path: { id: await makeExport(world) } }),
    variants: [async (world) => ({ path: { id: await makeExport(world, 'done') } })],
  },
  'GET /api/exports/{id}/file': {
    call: async (world) => ({ path: { id: await makeExport(world, 'done') } }),
    variants: [async (world) => ({ path: { id: await makeExport(world, 'done', 'csv') } })],
  },

  'GET /api/admin/system-metrics': { call: () => ({}), admin: true },
  'POST /api/admin/diagnostics/cpu-profile': {
    call: () => ({ query: { seconds: '1' } }),
    admin: true,
    problems: { diagnostics_running: recording },
  },
  'POST /api/admin/diagnostics/heap-snapshot': {
    call: () => {
      // The heap of a test run is too large for one text.
      jest
        .spyOn(Profiler.prototype, 'heapSnapshot')
        .mockImplementation(() => Readable.from(['{"nodes":[]}']));
      jest.spyOn(SpareMemory.prototype, 'forSnapshot').mockReturnValue({ needed: 1, spare: 2 });
      return {};
    },
    admin: true,
    problems: {
      insufficient_memory: async ({ app }) => {
        await eventually(
          () => app.app.get(Profiler).running,
          (running) => running === undefined,
        );
        jest.spyOn(SpareMemory.prototype, 'forSnapshot').mockReturnValueOnce({ needed: 2, spare: 1 });
        return {};
      },
      diagnostics_running: recording,
    },
  },

  'GET /metrics': { call: () => ({}) },
  'GET /api/health': { call: () => ({}) },
  'GET /api/health/live': { call: () => ({}) },
  'GET /api/health/ready': { call: () => ({}) },
};

/** Creates something and gives its id. */
const post = async (
  { app, user }: Pick<World, 'app' | 'user'>,
  path: string,
  body: unknown,
): Promise<string> => {
  const answer = await app.request('POST', path, { token: user.token, body });
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  return String(answer.body.id ?? answer.body.event.id);
};

/** So that the user may ask for more. */
const finishExports = async ({ app, user }: World): Promise<void> => {
  await app.query(`UPDATE exports SET state = 'failed' WHERE owner_id = $1 AND state <> 'done'`, [
    user.user.id,
  ]);
};

const makeExport = async (world: World, state?: 'done', format = 'ndjson'): Promise<string> => {
  await finishExports(world);
  const { app, user } = world;
  const id = await askForExport(app, user, { format });
  if (state === 'done') await writeExport(app, id);
  return id;
};

/** A user, or the given one, with jobs, events and cursors. */
export const makeWorld = async (app: TestApp, given?: TestUser): Promise<World> => {
  const user = given ?? (await app.register());
  const owner = { app, user };
  const cursorOf = async (path: string): Promise<string> =>
    String((await app.request('GET', `${path}?limit=1`, { token: user.token })).body.pagination.nextCursor);
  const draftId = await post(owner, '/api/jobs', { title: 'A proposal', workflow: 'proposal' });
  const jobId = await post(owner, '/api/jobs', {
    title: 'A job',
    deadline: soon(),
    notes: 'secret of the owner',
    tags: ['secret of the owner'],
  });
  await post(owner, `/api/jobs/${jobId}/status-events`, { status: 'applied', note: 'sent' });
  const jobsCursor = await cursorOf('/api/jobs');
  const historyCursor = await cursorOf(`/api/jobs/${jobId}/status-events`);
  return { app, user, jobId, draftId, jobsCursor, historyCursor };
};

/** A week from now, as a date. */
const soon = (): string => new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);

/** Path and query of a call. */
export const addressOf = (template: string, { path = {}, query = {} }: ApiCall): string => {
  const filled = template.replaceAll(/\{(\w+)\}/g, (_part, name: string) =>
    encodeURIComponent(path[name] ?? ''),
  );
  const search = new URLSearchParams(query).toString();
  return search === '' ? filled : `${filled}?${search}`;
};

/** The case of an operation. @throws Error that says where to add it */
export const caseOf = (name: string): ApiCase => {
  const found = API_CASES[name];
  if (found === undefined) throw new Error(`${name} has no case: add one to test/support/api-cases.ts`);
  return found;
};
