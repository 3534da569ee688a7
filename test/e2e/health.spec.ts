import { Client } from 'pg';
import { Database } from '../../src/platform/database';
import { ProcessVitals, type Vitals } from '../../src/platform/vitals';
import { startTestApp, type TestApp } from '../support/test-app';

const PROBES = ['/api/health', '/api/health/live', '/api/health/ready'];

let app: TestApp;

beforeAll(async () => {
  // Its limits would refuse the second request of a minute.
  app = await startTestApp({
    DB_MAX_CONNECTIONS: '2',
    DB_CONNECTION_TIMEOUT: '30000',
    RATE_LIMIT_ENABLED: 'true',
    RATE_LIMIT_PER_MINUTE: '1',
    HEALTH_MEMORY_WARNING: '50',
    HEALTH_MEMORY_CRITICAL: '60',
  });
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => app.close());

/** What was found out about the database is told for a second. */
const untilStale = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1_050));

/** Has the process be in a state of which all is quiet but for what is given, in percent. */
const vitals = (percents: Partial<Record<'memory' | 'cpu' | 'eventLoop' | 'heap', number>>): void => {
  const measured = app.app.get(ProcessVitals).now();
  const state: Vitals = {
    ...measured,
    cpu: { ...measured.cpu, percent: 99, recentPercent: percents.cpu ?? 0 },
    memory: { ...measured.memory, percent: percents.memory ?? 0 },
    heap: { ...measured.heap, percent: percents.heap ?? 0 },
    eventLoop: { ...measured.eventLoop, utilization: 99, recentUtilization: percents.eventLoop ?? 0 },
  };
  jest.spyOn(app.app.get(ProcessVitals), 'now').mockReturnValue(state);
};

const health = async () => {
  const { status, body } = await app.request('GET', '/api/health');
  const { alerts, ...report } = body as { status: string; alerts: { metric: string; level: string }[] };
  return {
    code: status,
    status: report.status,
    alerts: alerts.map((each) => `${each.metric} ${each.level}`),
  };
};

describe('The health of an instance', () => {
  it('is told to everybody, in numbers, and never from a cache', async () => {
    const { status, headers, body } = await app.request('GET', '/api/health');
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    const percent = expect.any(Number) as number;
    const bytes = {
      percent,
      usedBytes: expect.any(Number) as number,
      limitBytes: expect.any(Number) as number,
    };
    expect(body).toEqual({
      status: expect.stringMatching(/^(healthy|warning|critical)$/) as string,
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      uptime: expect.any(Number) as number,
      metrics: {
        cpu: { percent, eventLoopPercent: percent, cpus: expect.any(Number) as number },
        memory: bytes,
        heap: bytes,
        connections: { percent, used: 0, idle: expect.any(Number) as number, waiting: 0, max: 2 },
      },
      alerts: expect.any(Array) as unknown[],
    });
    const { memory, heap } = body.metrics as Record<string, { usedBytes: number; limitBytes: number }>;
    for (const each of [memory, heap]) expect(each?.usedBytes).toBeLessThan(each?.limitBytes ?? 0);
    expect(Math.abs(Date.now() - Date.parse(body.timestamp as string))).toBeLessThan(60_000);
  });

  it('is judged by the configured thresholds, and answered 200 whatever they say', async () => {
    vitals({});
    expect(await health()).toEqual({ code: 200, status: 'healthy', alerts: [] });
    vitals({ memory: 50 });
    expect(await health()).toEqual({ code: 200, status: 'warning', alerts: ['memory warning'] });
    vitals({ memory: 60, cpu: 70, heap: 80 });
    expect(await health()).toEqual({
      code: 200,
      status: 'critical',
      alerts: ['memory critical', 'cpu warning', 'heap warning'],
    });
    vitals({ cpu: 90, heap: 90 });
    expect((await health()).alerts).toEqual(['cpu critical', 'heap critical']);
  });

  it('counts the event loop as CPU: on a machine with many CPUs its one thread is at its end while they idle', async () => {
    vitals({ cpu: 13, eventLoop: 69.9 });
    expect((await health()).alerts).toEqual([]);
    vitals({ cpu: 13, eventLoop: 96.04 });
    const { body } = await app.request('GET', '/api/health');
    expect(body.metrics.cpu).toMatchObject({ percent: 13, eventLoopPercent: 96 });
    expect(body.alerts).toEqual([
      {
        metric: 'cpu',
        level: 'critical',
        message:
          '96 % of the CPU time that the process may have, or of the time of its event loop, is used; critical from 90 % on.',
        value: 96,
        threshold: 90,
      },
    ]);
    vitals({ cpu: 75, eventLoop: 20 });
    expect((await health()).alerts).toEqual(['cpu warning']);
  });

  it('is critical, and the instance ready all the same, while every connection is at work', async () => {
    vitals({});
    const { pool } = app.app.get(Database);
    const lent = [await pool.connect(), await pool.connect()];
    const waiting = pool.connect();
    try {
      await untilStale();
      const { body } = await app.request('GET', '/api/health');
      expect([body.status, body.metrics.connections]).toEqual([
        'critical',
        { percent: 100, used: 2, idle: 0, waiting: 1, max: 2 },
      ]);
      expect((await app.request('GET', '/api/health/ready')).status).toBe(200);
    } finally {
      for (const client of lent) client.release();
      (await waiting).release();
    }
    expect(await health()).toEqual({ code: 200, status: 'healthy', alerts: [] });
  });
});

describe('Probes', () => {
  it('need no login and are not limited', async () => {
    for (const path of [...PROBES, ...PROBES, ...PROBES]) {
      const { status, headers } = await app.request('GET', path, { headers: { authorization: 'Bearer x' } });
      expect([path, status, headers.has('x-ratelimit-limit')]).toEqual([path, 200, false]);
    }
    await app.request('GET', '/api/workflows');
    expect((await app.request('GET', '/api/workflows')).status).toBe(429);
  });

  it('ask the database once a second, however many come at once or one after the other', async () => {
    await untilStale();
    const sent = jest.spyOn(Client.prototype, 'query');
    const began = performance.now();
    for (let round = 0; round < 3; round += 1) {
      const paths = Array.from({ length: 30 }, (_, n) => (n % 2 === 0 ? '/api/health' : '/api/health/ready'));
      const answers = await Promise.all(paths.map((path) => app.request('GET', path)));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    }
    const statements = sent.mock.calls.length;
    expect(statements).toBeGreaterThanOrEqual(1);
    expect(statements).toBeLessThanOrEqual(1 + Math.floor((performance.now() - began) / 1_000));
  });

  it('of life ask nothing', async () => {
    const sent = jest.spyOn(Client.prototype, 'query');
    expect((await app.request('GET', '/api/health/live')).body).toEqual({ status: 'ok' });
    expect(sent).not.toHaveBeenCalled();
  });
});
