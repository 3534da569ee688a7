import { parse } from 'csv-parse/sync';
import { StatsService } from '../../src/stats';
import { outcome, startCachingApp } from '../support/caching-app';
import { expectProblem } from '../support/expect-problem';
import { JobApi } from '../support/job-api';
import type { TestApp, TestResponse } from '../support/test-app';

let app: TestApp;
let own: JobApi;
beforeAll(async () => {
  app = await startCachingApp();
  own = await JobApi.ofNewUser(app);
});
afterAll(() => app.close());

const get = (path: string, headers: Record<string, string> = {}): Promise<TestResponse> =>
  app.request('GET', `/api/stats${path}`, { token: own.user.token, headers });

const all = ({ body }: TestResponse): unknown => (body as { totals: { all: number } }).totals.all;

describe('Statistics in the cache', () => {
  it('are kept until a job or an event is written', async () => {
    const { id } = await own.create({ title: 'One' });
    const first = await get('');
    const second = await get('');
    expect([first, second].map(outcome)).toEqual(['200 MISS', '200 HIT']);
    expect(second.body).toEqual(first.body);
    const etag = String(second.headers.get('etag'));
    expect(outcome(await get('', { 'if-none-match': etag }))).toBe('304 HIT');
    await own.call('POST', `/${id}/status-events`, { status: 'applied' });
    const moved = await get('', { 'if-none-match': etag });
    expect(outcome(moved)).toBe('200 MISS');
    expect(moved.body).toMatchObject({ totals: { byStatus: { applied: 1 } } });
  });

  it('are those of the question: of each zone, workflow and span apart', async () => {
    const queries = ['?workflow=posting', '?timeZone=Asia/Kathmandu', '?from=2026-01-01', '?to=2026-01-01'];
    for (const query of queries) expect(outcome(await get(query))).toBe('200 MISS');
    for (const query of queries) expect(outcome(await get(query))).toBe('200 HIT');
  });

  it('are kept to the end of the local day at most', async () => {
    const { id } = own.user.user;
    for (const timeZone of ['UTC', 'Pacific/Kiritimati', 'America/New_York']) {
      const asked = Date.now();
      const { dayEndsIn } = await app.app.get(StatsService).read({ id, role: 'user' }, { timeZone });
      const day = (time: number): string =>
        new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(time);
      expect(day(asked + dayEndsIn - 5_000)).toBe(day(asked));
      expect(day(Date.now() + dayEndsIn + 1)).not.toBe(day(asked));
    }
  });
});

describe('Statistics as CSV', () => {
  it('have a row a value, never from the cache', async () => {
    await own.create({ title: 'Two', company: '=1+1' });
    const json = (await get('')).body as Record<string, Record<string, unknown>>;
    const before = await get('/export');
    expect(before.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(before.headers.get('cache-control')).toBe('no-store');
    expect(before.headers.get('x-cache')).toBeNull();
    expect(before.headers.get('content-disposition')).toMatch(
      /^attachment; filename="jobtrail-stats-[\d-]{10}\.csv"$/,
    );
    const rows = parse<Record<'figure' | 'key' | 'value', string>>(before.text, { columns: true });
    const value = (figure: string, key: string) =>
      rows.find((row) => row.figure === figure && row.key === key)?.value;
    expect(value('totals', 'all')).toBe(String(json.totals?.all));
    expect(value('totals.byStatus', 'applied')).toBe('1');
    expect(value('deadlines', 'adherence')).toBe('');
    expect(rows.filter(({ figure }) => figure === 'createdPerMonth')).toHaveLength(12);
    expect(value('topCompanies', "'=1+1")).toBe('1');
    await own.create({ title: 'Three' });
    expect((await get('/export')).text).toContain(`totals,all,${Number(value('totals', 'all')) + 1}\n`);
  });

  it('refuse what the figures refuse', async () => {
    for (const path of ['', '/export']) {
      for (const query of [
        '?workflow=none',
        '?from=2026-02-30',
        '?timeZone=AET',
        '?from=2026-02-01&to=2026-01-31',
      ]) {
        expectProblem(await get(`${path}${query}`), 400, 'validation_failed');
      }
    }
  });
});

describe('Totals', () => {
  it('are the same in the list and in the statistics', async () => {
    const list = (await own.get('?archived=all')).body as { pagination: { totalItems: number } };
    expect(all(await get(''))).toBe(list.pagination.totalItems);
  });
});
