import { JobApi } from '../support/job-api';
import { PATIENT, startTestApp, type TestApp, type TestResponse } from '../support/test-app';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp(PATIENT);
});
afterAll(() => app.close());

const codeOf = ({ status, body }: TestResponse): unknown[] => [status, (body as { code?: string }).code];
describe('upcoming deadlines', () => {
  const day = (offset: number, zone = 'UTC'): string =>
    new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(Date.now() + offset * 86_400_000);

  it('are those from today on of jobs that are open, soonest first', async () => {
    const own = await JobApi.ofNewUser(app);
    const make = (title: string, deadline: string | null, more: object = {}) =>
      own.create({ title, deadline, ...more });
    await make('in 14', day(14));
    await make('today', day(0));
    await make('tomorrow', day(1), { status: 'interview' });
    await make('yesterday', day(-1));
    await make('in 15', day(15));
    await make('none', null);
    await make('over', day(2), { status: 'rejected' });
    await own.call('POST', `/${(await make('archived', day(2))).id}/archive`, {});
    const titles = async (query = ''): Promise<string[]> =>
      ((await own.get(`/upcoming-deadlines${query}`)).body as { data: { title: string }[] }).data.map(
        ({ title }) => title,
      );
    expect(await titles()).toEqual(['today', 'tomorrow', 'in 14']);
    expect(await titles('?days=15')).toEqual(['today', 'tomorrow', 'in 14', 'in 15']);
    expect(await titles('?days=0')).toEqual(['today']);
    expect(await titles('?limit=2')).toEqual(['today', 'tomorrow']);
    for (const query of ['days=-1', 'days=367', 'limit=0', 'limit=101', 'days=x', 'page=1']) {
      expect(codeOf(await own.get(`/upcoming-deadlines?${query}`))).toEqual([400, 'validation_failed']);
    }
  });

  it.each(['AET', 'AGT', 'BET', 'EST', 'US/Pacific', 'europe/berlin', 'Asia/Calcutta', 'Etc/GMT+5', 'GMT'])(
    'work with the time zone %s, or the profile refuses it',
    async (timeZone) => {
      const own = await JobApi.ofNewUser(app);
      const { token } = own.user;
      const changed = await app.request('PATCH', '/api/profile', { token, body: { timeZone, name: 'Ada' } });
      const profile = (await app.request('GET', '/api/profile', { token })).body as Record<string, unknown>;
      if (/^[AB].T$/.test(timeZone)) {
        expect(codeOf(changed)).toEqual([400, 'validation_failed']);
        expect(changed.body).toMatchObject({ errors: [{ field: 'timeZone' }] });
        expect(profile).toMatchObject({ timeZone: 'UTC', name: null });
      } else {
        expect([changed.status, profile.timeZone]).toEqual([200, timeZone]);
      }
      expect((await own.get('/upcoming-deadlines')).status).toBe(200);
    },
  );

  it('begin at the day of the profile’s time zone', async () => {
    for (const timeZone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
      const own = await JobApi.ofNewUser(app);
      await app.request('PATCH', '/api/profile', { token: own.user.token, body: { timeZone } });
      const today = await own.create({ title: timeZone, deadline: day(0, timeZone) });
      await own.create({ title: 'before', deadline: day(-1, timeZone) });
      const { body } = await own.get('/upcoming-deadlines?days=0');
      expect((body as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual([today.id]);
    }
  });
});
