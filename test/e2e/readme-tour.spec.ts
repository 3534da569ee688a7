import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startTestApp, type TestApp } from '../support/test-app';

const README = readFileSync(join(__dirname, '../../README.md'), 'utf8');

/** The shell commands of the README's tour, as one script. */
const tourScript = (): string => {
  const tour = /<!-- tour -->(.*)<!-- \/tour -->/s.exec(README)?.[1] ?? '';
  return [...tour.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block).join('\n');
};

describe('the tour of the README', () => {
  let app: TestApp;
  let output: string;

  beforeAll(async () => {
    // Under the limits that a newcomer meets.
    app = await startTestApp({ RATE_LIMIT_ENABLED: 'true' });
    const script = tourScript().replaceAll('http://localhost:3000', app.url);
    expect(script).toContain(app.url);
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script]);
    output = stdout;
  });

  afterAll(() => app.close());

  it('leaves most of the requests that a client has in a minute', async () => {
    const { headers } = await app.request('GET', '/api/nowhere');
    expect(headers.get('x-ratelimit-limit')).toBe('60');
    expect(Number(headers.get('x-ratelimit-remaining'))).toBeGreaterThanOrEqual(30);
  });

  it('answers no command with an error', () => {
    expect(output).not.toContain('"code":');
  });

  it('leaves the job with the trail that the tour tells of', async () => {
    const events = await app.query<{ status: string }>(
      `SELECT e.status FROM job_status_events e JOIN jobs j ON j.id = e.job_id
       WHERE j.title = 'Programmer' ORDER BY e.occurred_at, e.seq`,
    );
    expect(events.map(({ status }) => status)).toEqual(['phone_screen', 'applied', 'interview', 'offer']);
    const [job] = await app.query(`SELECT current_status, notes FROM jobs WHERE title = 'Programmer'`);
    expect(job).toEqual({ current_status: 'offer', notes: 'Ask about the mill' });
  });

  it('imports two jobs, lists them by title and exports them', () => {
    expect(output).toContain('"created":2');
    expect(output.indexOf('"title":"Analyst"')).toBeGreaterThan(0);
    expect(output.indexOf('"title":"Analyst"')).toBeLessThan(output.indexOf('"title":"Engineer"'));
    expect(output).toMatch(/^.*externalRef,.*title,/m);
  });
});
