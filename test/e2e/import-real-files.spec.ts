import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type ImportReportDto } from '../../src/job-transfer/import/import-report.dto';
import { startTestApp, type TestApp, type TestResponse, type TestUser } from '../support/test-app';

const sample = (name: string): Buffer => readFileSync(join(__dirname, '../../sample-data', name));

const postings = sample('new-grad-postings.ndjson');
const postingsCsv = sample('new-grad-postings.csv');
const batchLog = gunzipSync(sample('nasa-ipsc-1993.ndjson.gz'));

let app: TestApp;
let user: TestUser;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  user = await app.register();
});

const load = (body: Buffer, query = '', type = 'application/x-ndjson'): Promise<TestResponse> =>
  app.request('POST', `/api/jobs/import${query}`, {
    token: user.token,
    body,
    headers: { 'content-type': type },
  });

const counts = ({ body }: TestResponse): number[] => {
  const report = body as ImportReportDto;
  return [report.created, report.updated, report.skipped, report.failed];
};

const recount = async () =>
  app.query<{ jobs: number; events: number; wrong: number }>(
    `SELECT count(*)::int AS jobs, sum(j.last_seq)::int AS events,
            count(*) FILTER (WHERE (j.current_status, j.current_status_at, j.last_seq) IS DISTINCT FROM
              (SELECT (n.status, n.occurred_at, n.total) FROM (
                SELECT e.status, e.occurred_at, count(*) OVER ()::int AS total FROM job_status_events e
                WHERE e.job_id = j.id ORDER BY e.occurred_at DESC, e.seq DESC LIMIT 1) n))::int AS wrong
     FROM jobs j WHERE owner_id = $1`,
    [user.user.id],
  );

describe('importing the real files', () => {
  it('takes every posting of the NDJSON file with its history', async () => {
    const answer = await load(postings);
    expect(answer.body.errors).toEqual([]);
    expect(answer.status).toBe(200);
    expect(counts(answer)).toEqual([1288, 0, 0, 0]);
    const [totals] = await recount();
    expect(totals).toMatchObject({ jobs: 1288, wrong: 0 });
  });

  it('takes every posting of the CSV file', async () => {
    const answer = await load(postingsCsv, '', 'text/csv');
    expect(answer.body.errors).toEqual([]);
    expect(counts(answer)).toEqual([1288, 0, 0, 0]);
    expect(await recount()).toEqual([{ jobs: 1288, events: 1288, wrong: 0 }]);
  });

  it('takes all 18 239 jobs of the batch log with three events each, and again without changing anything', async () => {
    expect(counts(await load(batchLog))).toEqual([18_239, 0, 0, 0]);
    expect(await recount()).toEqual([{ jobs: 18_239, events: 54_717, wrong: 0 }]);
    expect(counts(await load(batchLog, '?onConflict=update'))).toEqual([0, 0, 18_239, 0]);
    expect(counts(await load(batchLog, '?onConflict=skip'))).toEqual([0, 0, 18_239, 0]);
    expect(await recount()).toEqual([{ jobs: 18_239, events: 54_717, wrong: 0 }]);
  });
});
