import { parse } from 'yaml';
import { selectorsOf, type Selector } from '../support/metrics/promql';
import { readRepositoryFile } from '../support/repository-files';
import { longRoutes } from '../support/route-table';

interface Panel {
  title: string;
  targets?: { expr: string; legendFormat: string }[];
}

const { panels } = JSON.parse(readRepositoryFile('deploy/grafana/jobtrail.json')) as { panels: Panel[] };
const { groups } = parse(readRepositoryFile('deploy/prometheus/alerts.yml')) as {
  groups: { rules: { alert: string; expr: string }[] }[];
};

/** What the dashboard and the alerts ask, by its name. */
const asked = [
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ name: title, expr }))),
  ...groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => ({ name: alert, expr }))),
];

/** Whether a selector takes the series of this route and method. */
const takes = ({ matchers }: Selector, route: string, method: string): boolean =>
  matchers.every(({ label, operator, value }) => {
    const actual = { route, method }[label];
    if (actual === undefined) return true;
    // Prometheus' patterns are of the whole value.
    const same = operator.endsWith('~') ? new RegExp(`^(?:${value})$`).test(actual) : value === actual;
    return operator.startsWith('!') ? !same : same;
  });

const exprsOf = (title: string): string =>
  (panels.find((panel) => panel.title === title)?.targets ?? []).map(({ expr }) => expr).join('\n');

describe('The dashboard and the alerts', () => {
  it('tell a time over all routes without probes, and without those that take as long as their data', async () => {
    const routes = [...(await longRoutes()), 'GET /api/health', 'GET /api/health/ready', 'GET /metrics'];
    expect(routes).toEqual(expect.arrayContaining(['GET /api/jobs/export', 'POST /api/jobs/import']));
    const overAll = asked.filter(
      ({ expr }) => expr.includes('request_duration_seconds_bucket') && !/by \([^)]*\broute\b/.test(expr),
    );
    expect([...new Set(overAll.map(({ name }) => name))]).toEqual(
      expect.arrayContaining(['Reads, p95', 'Writes, p95', 'Time of requests', 'JobtrailReadsSlow']),
    );
    const counted = overAll.flatMap(({ name, expr }) =>
      selectorsOf(expr).flatMap((selector) =>
        routes
          .filter((each) => takes(selector, each.split(' ')[1] ?? '', each.split(' ')[0] ?? ''))
          .map((each) => `${name}: ${each}`),
      ),
    );
    expect(counted).toEqual([]);
    // What they are for is not left out.
    for (const { name, expr } of overAll.filter((each) => !each.name.includes('Writes')))
      expect([name, selectorsOf(expr).every((each) => takes(each, '/api/jobs', 'GET'))]).toEqual([
        name,
        true,
      ]);
  });

  it('hold the CPU against what one thread a process can use, and show how busy that is', () => {
    const queries = exprsOf('CPU');
    expect(queries).toContain('jobtrail_cpu_usable_cores');
    expect(queries).toContain('jobtrail_event_loop_busy_ratio');
    expect(queries).not.toContain('jobtrail_cpu_limit_cores');
  });

  it('show the room of the cache, which shrinks while memory is short, beside what is configured', () => {
    const queries = exprsOf('Memory of the cache');
    for (const name of ['bytes', 'room_bytes', 'max_bytes'])
      expect(queries).toContain(`jobtrail_cache_${name}`);
  });
});
