import { USER_FIELDS } from '../../load-tests/run/users';
import { allScenarios, flowsOf, type ScenarioRequest } from '../support/load-scenarios';
import { operationsOf, resolveSchema, type OpenApiDocument, type Operation } from '../support/open-api';
import { readPackageManifest, readRepositoryFile } from '../support/repository-files';

const document = JSON.parse(readRepositoryFile('docs/openapi.json')) as OpenApiDocument;
const operations = operationsOf(document);
const scenarios = allScenarios();

/** What Artillery knows by itself. */
const BUILT_IN = ['$uuid', '$randomString', '$randomNumber'];

const TEMPLATE = /\{\{\s*([$\w]+)[^}]*\}\}/g;

const namesIn = (value: unknown): string[] =>
  [...JSON.stringify(value ?? '').matchAll(TEMPLATE)].map(([, name = '']) => name);

/** Whether the path of a request is an operation's; what is filled in stands for one segment. */
const isOf = (path: string, operation: Operation): boolean => {
  const segments = path.replaceAll(TEMPLATE, ':').split('/');
  const wanted = operation.path.split('/');
  return (
    segments.length === wanted.length &&
    wanted.every((segment, index) =>
      segment.startsWith('{') ? segments[index] !== '' : segment === segments[index],
    )
  );
};

/** What is wrong with a request by the API's own description. */
const flawsOf = ({ method, url, json, expect: expected }: ScenarioRequest): string[] => {
  const [path = '', query = ''] = url.split('?');
  // A path without parameters comes before one with: /api/jobs/import is no job.
  const operation = operations
    .filter((one) => one.method === method && isOf(path, one))
    .sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0];
  if (operation === undefined) return [`${method} ${url}: no such operation`];
  const parameters = operation.parameters.filter((one) => one.in === 'query').map(({ name }) => name);
  const asked = [...new URLSearchParams(query).keys()];
  const [media] = Object.values(operation.requestBody?.content ?? {});
  const properties = Object.keys(resolveSchema(document, media?.schema ?? {}).properties ?? {});
  const status = String(expected?.statusCode);
  return [
    ...asked.filter((name) => !parameters.includes(name)).map((name) => `${url}: no parameter ${name}`),
    ...Object.keys(json ?? {})
      .filter((name) => !properties.includes(name))
      .map((name) => `${method} ${url}: no field ${name}`),
    ...(status in operation.responses && status.startsWith('2')
      ? []
      : [`${method} ${url}: status ${status}`]),
  ];
};

describe.each(scenarios)('load-tests/artillery/scenarios/%s.yml', (name, scenario) => {
  const { config } = scenario.script;
  const flows = flowsOf(scenario);
  const requests = flows.flatMap((flow) => flow.requests);

  it('asks only for what the API has, and expects a status of it', () => {
    expect(requests.length).toBeGreaterThan(0);
    expect(requests.flatMap(flawsOf)).toEqual([]);
  });

  it('uses only what a user has or what an earlier answer gave', () => {
    for (const flow of flows) {
      const known = [...USER_FIELDS, ...BUILT_IN];
      for (const { url, headers, json, capture = [], expect: expected } of flow.requests) {
        expect(namesIn([url, headers, json]).filter((variable) => !known.includes(variable))).toEqual([]);
        known.push(...capture.map((one) => one.as));
        expect(namesIn(expected).filter((variable) => !known.includes(variable))).toEqual([]);
      }
    }
  });

  it('fails when a user fails, and bounds the times of requests that it makes', () => {
    const { thresholds = [], conditions = [] } = config.ensure;
    expect(conditions.map(({ expression }) => expression)).toContainEqual(
      expect.stringMatching(/^vusers\.failed (== 0|< 2)$/),
    );
    expect(thresholds.length).toBeGreaterThan(0);
    for (const metric of thresholds.flatMap(Object.keys)) {
      if (/^(http\.response_time|vusers\.session_length)\.p95$/.test(metric)) continue;
      const [, request] = /^plugins\.metrics-by-endpoint\.response_time\.(\w+)\.p95$/.exec(metric) ?? [];
      expect(requests.map((one) => one.name)).toContain(request);
    }
    expect(config).toMatchObject({ plugins: { ensure: {} }, product: { thresholds: { rssMegabytes: 300 } } });
  });

  it('takes unexpected answers for failures', () => {
    const own = scenario.script.scenarios.every(({ engine }) => engine === 'open-model');
    const plugins = {
      expect: { reportFailuresAsErrors: true },
      'metrics-by-endpoint': { useOnlyRequestNames: true },
    };
    expect(config).toMatchObject(own ? { engines: { 'open-model': {} } } : { plugins });
  });

  it('says in its first line what it is, and is in the README', () => {
    expect(scenario.description.length).toBeGreaterThan(20);
    expect(readRepositoryFile('load-tests/README.md').includes(`| \`${name}\``)).toBe(true);
  });
});

const bounds = (name: string): Record<string, number> => {
  const [, scenario] = scenarios.find(([one]) => one === name) ?? [];
  const all = Object.assign({}, ...(scenario?.script.config.ensure.thresholds ?? [])) as Record<
    string,
    number
  >;
  return Object.fromEntries(
    Object.entries(all).map(([metric, most]) => [
      metric.replace('plugins.metrics-by-endpoint.response_time.', '').replace('.p95', ''),
      most,
    ]),
  );
};

describe('the bounds of the scenarios', () => {
  it('are those that the product promises', () => {
    expect(bounds('browsing')).toMatchObject({ list: 400, page: 400 });
    expect(bounds('proposal')).toMatchObject({ login: 700, create: 700, 'vusers.session_length': 700 });
    expect(bounds('thousand')).toMatchObject({ list: 200, job: 200 });
    expect(bounds('thousand-uncached')).toMatchObject({ list: 500, job: 500 });
    expect(bounds('mixed-day')).toMatchObject({ health: 50, list: 200, create: 500, profile: 100 });
  });

  it('hold a thousand users to a thousand connections and requests a second, nine of ten of them reads', () => {
    for (const name of ['thousand', 'thousand-uncached']) {
      const [, scenario] = scenarios.find(([one]) => one === name) ?? [];
      const [thousand] = scenario?.script.scenarios ?? [];
      expect(thousand?.open).toMatchObject({ connections: 1000 });
      expect(thousand?.open?.phases).toContainEqual({ duration: 40, rate: 1000 });
      const weights = flowsOf(scenario!)[0]!.requests.map(({ method, ...rest }) => [
        method === 'GET',
        (rest as { weight?: number }).weight,
      ]);
      const total = (reads: boolean): number =>
        weights.reduce((sum, [isRead, weight]) => sum + (isRead === reads ? Number(weight) : 0), 0);
      expect([total(true), total(false)]).toEqual([90, 10]);
    }
  });

  it('hold the program itself to its memory, CPU, connections and cache hits through a day', () => {
    const [, day] = scenarios.find(([name]) => name === 'mixed-day') ?? [];
    expect(day?.script.config.product.thresholds).toEqual({
      rssMegabytes: 300,
      memoryPercent: 80,
      cpuPercent: 70,
      connectionsPercent: 70,
      cacheHitPercent: 60,
    });
  });
});

describe('Artillery', () => {
  it('is a dependency of the load tests alone, at an exact version that their lock file has', () => {
    const own = JSON.parse(readRepositoryFile('load-tests/artillery/package.json')) as {
      dependencies: Record<string, string>;
    };
    const lock = JSON.parse(readRepositoryFile('load-tests/artillery/package-lock.json')) as {
      packages: Record<string, { version?: string }>;
    };
    expect(own.dependencies.artillery).toMatch(/^\d+\.\d+\.\d+$/);
    expect(lock.packages['node_modules/artillery']?.version).toBe(own.dependencies.artillery);
    const { dependencies, devDependencies } = readPackageManifest();
    expect({ ...dependencies, ...devDependencies }).not.toHaveProperty('artillery');
  });
});
