import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outcome, startCachingApp } from '../support/caching-app';

interface Line {
  msg: string;
  req?: { id: string; method: string; path: string; route?: string };
  userId?: string;
  res?: { status: number };
  durationMs?: number;
}

describe('The log', () => {
  it('tells of each request once: answered by the database, from the cache, as unchanged, or refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jobtrail-log-'));
    const file = join(folder, 'requests.log');
    const app = await startCachingApp({ LOG_LEVEL: 'info', LOG_FILE: file });
    const ids: (string | null)[] = [];
    let userId = '';
    try {
      const { token, user } = await app.register();
      userId = user.id;
      const get = async (headers: Record<string, string> = {}, path = '/api/jobs?q=secret') => {
        const answer = await app.request('GET', path, { token, headers });
        ids.push(answer.headers.get('x-request-id'));
        return answer;
      };
      const missed = await get();
      const etag = missed.headers.get('etag') ?? '';
      const answers = [missed, await get(), await get({ 'if-none-match': etag })];
      expect(answers.map(outcome)).toEqual(['200 MISS', '200 HIT', '304 HIT']);
      expect((await get({}, '/api/nowhere')).status).toBe(404);
    } finally {
      await app.close();
    }

    const lines = readFileSync(file, 'utf8').trim().split('\n');
    rmSync(folder, { recursive: true });
    const told = lines
      .map((line) => JSON.parse(line) as Line)
      .filter(({ req, res }) => res !== undefined && ids.includes(req?.id ?? ''));
    const list = { method: 'GET', path: '/api/jobs', route: '/api/jobs' };
    expect(told).toMatchObject([
      {
        req: { id: ids[0], ...list },
        res: { status: 200 },
        durationMs: expect.any(Number) as number,
        userId,
      },
      {
        req: { id: ids[1], ...list },
        res: { status: 200 },
        durationMs: expect.any(Number) as number,
        userId,
      },
      {
        req: { id: ids[2], ...list },
        res: { status: 304 },
        durationMs: expect.any(Number) as number,
        userId,
      },
      { req: { id: ids[3], method: 'GET', path: '/api/nowhere' }, res: { status: 404 }, userId },
    ]);
    expect(told).toHaveLength(4);
    expect(lines.join('\n')).not.toContain('q=secret');
  });
});
