import { startTestApp, type TestApp, type TestResponse, type TestUser } from '../support/test-app';

const EVENTS = 12_000;

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const load = (body: string, { token }: TestUser): Promise<TestResponse> =>
  app.request('POST', '/api/jobs/import', {
    token,
    body,
    headers: { 'content-type': 'application/x-ndjson' },
  });

const exported = async ({ token }: TestUser): Promise<Record<string, unknown>> => {
  const answer = await app.request('GET', '/api/jobs/export?format=ndjson&events=true', { token });
  return JSON.parse(answer.text) as Record<string, unknown>;
};

describe('a job with a very long history', () => {
  it('is exported on one line of several megabytes that imports again with every event', async () => {
    const [first, second] = [await app.register(), await app.register()];
    const statusEvents = Array.from({ length: EVENTS }, (_, index) => ({
      status: index % 2 === 0 ? 'interview' : 'applied',
      occurredAt: new Date(Date.UTC(2020, 0, 1) + (index % 5000) * 60_000).toISOString(),
      metadata: { round: index, text: 'x'.repeat(150) },
    }));
    const original = JSON.stringify({ title: 'Long', statusEvents });
    expect((await load(original, first)).body).toMatchObject({ created: 1, failed: 0 });
    const out = await exported(first);
    expect(JSON.stringify(out).length).toBeGreaterThan(2 * 1024 * 1024);
    expect((await load(JSON.stringify(out), second)).body).toMatchObject({ created: 1, failed: 0 });
    expect((await exported(second)).statusEvents).toEqual(out.statusEvents);
    expect(out.statusEvents).toHaveLength(EVENTS);
  });
});
