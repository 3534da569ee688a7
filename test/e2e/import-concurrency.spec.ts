import { JobApi } from '../support/job-api';
import { PATIENT, startTestApp, type TestApp, type TestResponse } from '../support/test-app';
import { brokenInvariants } from '../support/trail/trail-invariants';

const COUNT = 2000;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp(PATIENT);
});
afterAll(() => app.close());

const refs = Array.from({ length: COUNT }, (_, index) => `ref-${String(index).padStart(4, '0')}`);

describe.each(['skip', 'update', 'error'])(
  'Two imports of the same references at once, onConflict=%s',
  (mode) => {
    it('in opposite order are both finished; each reference is one job', async () => {
      const api = await JobApi.ofNewUser(app);
      const load = (order: readonly string[], title: string): Promise<TestResponse> =>
        app.request('POST', `/api/jobs/import?onConflict=${mode}`, {
          token: api.user.token,
          body: order.map((externalRef) => JSON.stringify({ externalRef, title })).join('\n'),
          headers: { 'content-type': 'application/x-ndjson' },
        });
      for (const round of mode === 'update' ? [1, 2] : [1]) {
        const answers = await Promise.all([load(refs, `A${round}`), load([...refs].reverse(), `B${round}`)]);
        expect(answers.map(({ status }) => status)).toEqual([200, 200]);
        const created = answers.map(({ body }) => (body as { created: number }).created);
        expect(created.reduce((sum, each) => sum + each)).toBe(round === 1 ? COUNT : 0);
        const failed = answers.map(({ body }) => (body as { failed: number }).failed);
        expect(failed.reduce((sum, each) => sum + each)).toBe(mode === 'error' ? COUNT : 0);
      }
      const rows = await app.query<{ count: number }>(
        'SELECT count(*)::int AS count FROM jobs WHERE owner_id = $1',
        [api.user.user.id],
      );
      expect(rows).toEqual([{ count: COUNT }]);
      expect(await brokenInvariants(app)).toEqual({});
    });
  },
);
