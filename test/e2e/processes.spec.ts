import { Agent, request } from 'node:http';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { parseMetrics } from '../support/metrics/scrape';
import { isThere, ProcessGroups, type ProcessGroup } from '../support/process-group';
import { TEST_SECRET_KEY } from '../support/test-app';
import { createTestDatabase } from '../support/test-database';

const groups = new ProcessGroups();

const start = (environment: NodeJS.ProcessEnv = {}): ProcessGroup =>
  groups.start({ SECRET_KEY: TEST_SECRET_KEY, ...environment });

/** The status of a request on a connection of its own; 0 where the connection breaks. */
const ask = (url: string): Promise<number> =>
  new Promise((resolve) => {
    request(url, { agent: new Agent() }, (answer) => {
      answer.resume().once('close', () => resolve(answer.complete ? (answer.statusCode ?? 0) : 0));
    })
      .on('error', () => resolve(0))
      .end();
  });

const scrape = async (url: string) => parseMetrics(await (await fetch(`${url}/metrics`)).text());

const live = { route: '/api/health/live', status_class: '2xx' };

describe('Several processes that serve one port', () => {
  it('share its connections, and their metrics are those of one instance', async () => {
    const group = start({ DB_MAX_CONNECTIONS: '7' });
    const url = await group.url();
    expect(new Set(group.ids).size).toBe(2);
    for (let index = 0; index < 20; index += 1) expect(await ask(`${url}/api/health/live`)).toBe(200);
    const lines = group.program.stdout.split('\n').filter((line) => line.includes('/api/health/live'));
    const servedBy = lines.map((line) => (JSON.parse(line) as { pid: number }).pid);
    expect(new Set(servedBy)).toEqual(new Set(group.ids));
    // Whichever is asked.
    for (let index = 0; index < 3; index += 1) {
      const { sum } = await scrape(url);
      expect(sum('request_duration_seconds_count', live)).toBe(20);
      expect(sum('active_sessions', { state: 'max' })).toBe(14);
      expect(sum('jobtrail_processes', { state: 'serving' })).toBe(2);
      expect(sum('jobtrail_build_info')).toBe(1);
      expect(sum('process_start_time_seconds')).toBeGreaterThan(Date.now() / 1000 - 120);
    }
    expect(await group.program.stop('SIGTERM')).toBe(0);
    expect(group.ids.filter(isThere)).toEqual([]);
  });

  it('are replaced when they end, and no number that was counted is lost', async () => {
    const group = start();
    const url = await group.url();
    for (let index = 0; index < 10; index += 1) await ask(`${url}/api/health/live`);
    expect((await scrape(url)).sum('request_duration_seconds_count', live)).toBe(10);
    const [former, other] = [group.id(0), group.id(1)];
    process.kill(former, 'SIGKILL');
    await group.replacementOf(0, former);
    expect(group.id(1)).toBe(other);
    expect(await ask(`${url}/api/health/live`)).toBe(200);
    const { sum } = await scrape(url);
    expect(sum('request_duration_seconds_count', live)).toBe(11);
    expect(sum('jobtrail_process_restarts_total')).toBe(1);
    expect(sum('jobtrail_processes', { state: 'serving' })).toBe(2);
    expect(group.program.stdout).toMatch(/"signal":"SIGKILL".*"A process ended: it is replaced"/);
    expect(await group.program.stop('SIGTERM')).toBe(0);
  });

  it('are killed and replaced when they hang', async () => {
    const group = start({ WEB_PROCESS_TIMEOUT: '1' });
    const url = await group.url();
    const former = group.id(1);
    process.kill(former, 'SIGSTOP');
    await group.replacementOf(1, former);
    expect(group.program.stdout).toMatch(/gives no sign of life/);
    expect(await ask(`${url}/api/health/live`)).toBe(200);
    expect(await group.program.stop('SIGTERM')).toBe(0);
  });

  it('end with exit code 1 when none comes to serve any more', async () => {
    const own = await createTestDatabase();
    const group = start({ DATABASE_URL: own.url });
    await group.url();
    await own.drop();
    for (const id of group.ids) process.kill(id, 'SIGKILL');
    expect(await group.program.exit()).toBe(1);
    expect(group.program.stderr).toMatch(/No process comes to serve\.\n$/);
    const waits = [...group.program.stdout.matchAll(/"wait":(\d+)/g)].map(([, wait]) => Number(wait));
    expect(Math.max(...waits)).toBeGreaterThan(Math.min(...waits));
  });

  it('end in order: what is under way is answered, and then exit code 0', async () => {
    const group = start({ SHUTDOWN_DELAY: '1' });
    const url = await group.url();
    let going = true;
    const statuses: number[] = [];
    const client = async (): Promise<void> => {
      while (going) statuses.push(await ask(`${url}/api/health/live`));
    };
    const clients = [client(), client(), client(), client()];
    await eventually(
      () => statuses.length,
      (length) => length > 100,
    );
    const ended = group.program.stop('SIGTERM');
    await eventually(
      () => ask(`${url}/api/health/ready`),
      (status) => status === 503,
    );
    // It still serves: a load balancer may take a while to notice.
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    going = false;
    await Promise.all(clients);
    expect(await ended).toBe(0);
    expect(group.ids.filter(isThere)).toEqual([]);
  });

  it('end on Ctrl-C, which the terminal sends to each of them', async () => {
    const group = start();
    await group.url();
    for (const id of [...group.ids, group.program.pid]) process.kill(id, 'SIGINT');
    expect(await group.program.exit()).toBe(0);
    expect(group.program.stdout).not.toMatch(/A process ended/);
  });

  it('end in the midst of the start, too', async () => {
    const group = start();
    await group.program.logs(/A process serves/);
    expect(await group.program.stop('SIGTERM')).toBe(0);
    expect(group.ids.filter(isThere)).toEqual([]);
  });

  it('end when the process that started them is killed', async () => {
    const group = start();
    await group.url();
    expect(await group.program.stop('SIGKILL')).toBe('SIGKILL');
    await eventually(
      () => group.ids.filter(isThere),
      ({ length }) => length === 0,
    );
  });

  it('open their log file anew on SIGHUP, and go on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jobtrail-processes-'));
    const file = join(folder, 'jobtrail.log');
    const group = start({ LOG_FILE: file });
    const url = await group.program.url();
    renameSync(file, `${file}.1`);
    group.program.signal('SIGHUP');
    const pidsIn = (text: string): Set<string | undefined> =>
      new Set([...text.matchAll(/"pid":(\d+).*health\/live/g)].map(([, pid]) => pid));
    // The lines of both processes come to be in the new file.
    await eventually(
      async () => {
        for (let index = 0; index < 4; index += 1) await ask(`${url}/api/health/live`);
        try {
          return pidsIn(readFileSync(file, 'utf8')).size;
        } catch {
          return 0;
        }
      },
      (processes) => processes === 2,
    );
    expect(await group.program.stop('SIGTERM')).toBe(0);
    rmSync(folder, { recursive: true });
  });
});
