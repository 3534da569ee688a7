import { storage } from 'nestjs-pino/storage';
import { outcome, startCachingApp, type CachingApp } from '../support/caching-app';

let app: CachingApp;

beforeAll(async () => {
  app = await startCachingApp();
});
afterAll(() => app.close());
afterEach(() => jest.restoreAllMocks());

describe('A hit in memory', () => {
  it('is sent before the hooks that what has to be read goes through', async () => {
    const { token } = await app.register();
    // The hook that binds the log to requests runs what comes after it in the log's storage.
    const passed = jest.spyOn(storage, 'run');
    const read = async (headers: Record<string, string> = {}): Promise<[string, number]> => {
      passed.mockClear();
      const answer = await app.request('GET', '/api/jobs', { token, headers });
      return [outcome(answer), passed.mock.calls.length];
    };
    expect(await read()).toEqual(['200 MISS', 1]);
    expect(await read()).toEqual(['200 HIT', 0]);
    expect(await read({ 'accept-encoding': 'br' })).toEqual(['200 HIT', 0]);
    // A page of another origin gets its headers from CORS, which stands behind.
    expect(await read({ origin: 'https://elsewhere.example' })).toEqual(['200 HIT', 1]);
  });
});
