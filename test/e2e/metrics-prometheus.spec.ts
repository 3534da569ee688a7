import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { textOfAll } from '../../src/platform/metrics';
import { supervisorMetrics } from '../../src/start/processes/supervisor-metrics';
import { startCachingApp, type CachingApp } from '../support/caching-app';
import { eventually } from '../support/eventually';
import { selectorsOf, type Selector } from '../support/metrics/promql';
import { parseMetrics, scrape, type Scrape } from '../support/metrics/scrape';
import { startRedis, type RedisServer } from '../support/redis-server';
import { readRepositoryFile, repositoryRoot } from '../support/repository-files';
import { requireProgram } from '../support/required-program';

interface Rule {
  alert: string;
  expr: string;
}

interface Rules {
  groups: { name: string; rules: Rule[] }[];
}

interface Dashboard {
  panels: { title: string; targets?: { expr: string }[] }[];
  annotations: { list: { name: string; expr?: string }[] };
}

const FOLDER = 'deploy/prometheus';

const rules = parse(readRepositoryFile(`${FOLDER}/alerts.yml`)) as Rules;
const alerts = rules.groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(readRepositoryFile('deploy/grafana/jobtrail.json')) as Dashboard;

let redis: RedisServer;
let app: CachingApp;
/** What the program tells after some traffic. */
let told: Scrape;
/** That, and what the supervisor of several processes (`WEB_CONCURRENCY`) tells besides. */
let everything: Scrape;

beforeAll(async () => {
  redis = await startRedis();
  app = await startCachingApp({ REDIS_URL: redis.url, WORKER_ENABLED: 'true' });
  const { token } = await app.register();
  await app.request('POST', '/api/jobs', { token, body: { title: 'A job' } });
  for (let times = 0; times < 2; times += 1) await app.request('GET', '/api/jobs', { token });
  await app.request('GET', '/api/nowhere');
  // Garbage is to have been collected once, and the worker to have been there.
  await eventually(
    async () => {
      told = await scrape(app);
      return ['jobtrail_queue_upkeep_age_seconds', 'nodejs_gc_duration_seconds_count'].filter(
        (name) => !told.series.some((one) => one.name === name),
      );
    },
    (missing) => missing.length === 0,
  );
  const besides = await textOfAll([supervisorMetrics({ count: 2, serving: 2, restarts: 1 })]);
  everything = parseMetrics(`${told.text}\n${besides}`);
});
afterAll(async () => {
  await app.close();
  await redis.stop();
});

/** What is wrong with a selector: no such metric, label, or value of a label that is named as a whole. */
const flawOf = ({ metric, matchers }: Selector): string | undefined => {
  // Prometheus makes this one itself.
  if (metric === 'up') return undefined;
  const series = everything.series.filter(({ name }) => name === metric);
  if (series.length === 0) return `no metric ${metric}`;
  for (const { label, operator, value } of matchers) {
    if (['job', 'instance'].includes(label)) continue;
    const values = series.map(({ labels }) => labels[label]);
    if (values[0] === undefined) return `no label ${label} of ${metric}`;
    // Which classes of status there are depends on luck.
    const known = label === 'status_class' ? ['aborted', '1xx', '2xx', '3xx', '4xx', '5xx'] : values;
    if (operator === '=' && !known.includes(value)) return `no ${label}="${value}" of ${metric}`;
  }
  return undefined;
};

const flawsOf = (expressions: readonly { name: string; expr: string }[]): string[] =>
  expressions.flatMap(({ name, expr }) =>
    selectorsOf(expr).flatMap((selector) => {
      const flaw = flawOf(selector);
      return flaw === undefined ? [] : `${name}: ${flaw}`;
    }),
  );

describe('The selectors of an expression', () => {
  it('are found, and nothing else', () => {
    const expression =
      'topk(3, sum by (le, route) (rate(a_bucket{x=~"a|b", y!="c"}[$__rate_interval])) / ignoring (state) b) > 0.5 ' +
      'and on (job) c unless d offset 5m';
    expect(selectorsOf(expression).map(({ metric }) => metric)).toEqual(['a_bucket', 'b', 'c', 'd']);
    expect(selectorsOf(expression)[0]?.matchers).toEqual([
      { label: 'x', operator: '=~', value: 'a|b' },
      { label: 'y', operator: '!=', value: 'c' },
    ]);
  });
});

describe('Every metric that is named', () => {
  it('in an alert exists, with its labels', () => {
    expect(alerts.length).toBeGreaterThan(15);
    expect(flawsOf(alerts.map(({ alert, expr }) => ({ name: alert, expr })))).toEqual([]);
  });

  it('in the dashboard exists, with its labels', () => {
    const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({ name: title, expr })),
    );
    const marks = dashboard.annotations.list.map(({ name, expr = '' }) => ({ name, expr }));
    expect(queries.length).toBeGreaterThan(40);
    expect(flawsOf([...queries, ...marks])).toEqual([]);
  });

  it('in the documentation exists; and every metric of the program is documented, with its labels', () => {
    const text = readRepositoryFile('docs/metrics.md');
    const rows = [...text.matchAll(/^\| `(\w+)` +\| ([^|]*?) *\|/gm)];
    const documented = rows.map(([, name = '']) => name);
    const types = [...everything.text.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name);
    const own = types.filter((name) => !/^(process|nodejs)_/.test(name));
    expect(own.filter((name) => !documented.includes(name))).toEqual([]);
    expect(documented.filter((name) => !types.includes(name))).toEqual([]);
    const labelsOf = (name: string): string[] => {
      const series = everything.series.find((one) => [name, `${name}_count`].includes(one.name));
      return Object.keys(series?.labels ?? {}).sort();
    };
    const stated = rows
      .filter(([, name = '']) => own.includes(name))
      .map(([, name, labels = '']) => [
        name,
        [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label).sort(),
      ]);
    expect(stated).toEqual(stated.map(([name]) => [name, labelsOf(String(name))]));
  });
});

const promtool = requireProgram('promtool');

/** Runs promtool. Gives its exit code, and what it says. */
const run = (args: readonly string[], input?: string): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    const child = execFile(promtool.file, args, { cwd: repositoryRoot }, (error, stdout, stderr) =>
      resolve({
        code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
        said: stdout + stderr,
      }),
    );
    child.stdin?.end(input);
  });

promtool.describe("Prometheus's own checker", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'jobtrail-prometheus-'));
    cpSync(join(repositoryRoot, FOLDER), folder, { recursive: true });
    writeFileSync(join(folder, 'metrics-token'), 'a-token-for-prometheus-0123456789');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('finds nothing in the metrics but the unit of the one whose name is given', async () => {
    const { said } = await run(['check', 'metrics'], told.text);
    expect(said.trim().split('\n')).toEqual([
      'db_query_time_ms metric names should not contain abbreviated units',
    ]);
  });

  it('takes the configuration, which finds the alerts and the token', async () => {
    expect(await run(['check', 'config', join(folder, 'prometheus.yml')])).toMatchObject({ code: 0 });
    rmSync(join(folder, 'metrics-token'));
    expect(await run(['check', 'config', join(folder, 'prometheus.yml')])).toMatchObject({ code: 1 });
  });

  it('takes the alerts, and finds that they fire and keep silent where they should', async () => {
    expect(await run(['check', 'rules', join(folder, 'alerts.yml')])).toMatchObject({ code: 0 });
    expect(await run(['test', 'rules', join(folder, 'alerts.test.yml')])).toMatchObject({ code: 0 });
  });

  it('is told of each alert when it is to fire', () => {
    const tests = readRepositoryFile(`${FOLDER}/alerts.test.yml`);
    const expected = (alert: string): boolean =>
      tests.includes(`"${alert}"`) || tests.includes(`: ${alert}\n`);
    expect(alerts.filter(({ alert }) => !expected(alert))).toEqual([]);
  });
});
