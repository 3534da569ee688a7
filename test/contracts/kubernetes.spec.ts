import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { parseEnvironment } from '../../src/config';
import { readRepositoryFile, repositoryRoot } from '../support/repository-files';

/** Of a manifest what is looked at here. */
interface Manifest {
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  stringData?: Record<string, string>;
  spec: Record<string, unknown> & {
    template?: { metadata?: { labels: Record<string, string> }; spec: PodSpec };
    selector?: Record<string, string> & { matchLabels?: Record<string, string> };
    strategy?: { type?: string; rollingUpdate?: { maxSurge?: number; maxUnavailable?: number } };
    minReadySeconds?: number;
  };
}

interface Probe {
  httpGet: { path: string; port: string };
}

interface PodSpec {
  terminationGracePeriodSeconds?: number;
  containers: {
    image: string;
    command?: string[];
    ports?: { name: string; containerPort: number }[];
    envFrom: { configMapRef?: { name: string }; secretRef?: { name: string } }[];
    startupProbe?: Probe;
    livenessProbe?: Probe;
    readinessProbe?: Probe;
  }[];
}

const folder = join(repositoryRoot, 'deploy/kubernetes');
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
const read = (file: string): Manifest[] =>
  parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Manifest;
  });
const manifests = files.filter((file) => file !== 'kustomization.yaml').flatMap(read);
const named = (kind: string, name = 'jobtrail'): Manifest => {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (found === undefined) throw new Error(`No ${kind} ${name}`);
  return found;
};
const podsOf = (manifest: Manifest): PodSpec => {
  if (manifest.spec.template === undefined) throw new Error(`${manifest.kind} makes no pods`);
  return manifest.spec.template.spec;
};
const web = named('Deployment');
const worker = named('Deployment', 'jobtrail-worker');
const migration = named('Job', 'jobtrail-migrate');
const given = { ...named('ConfigMap').data, ...named('Secret').stringData };
const environment = (): ReturnType<typeof parseEnvironment> =>
  parseEnvironment({ ...given, SECRET_KEY: 'f'.repeat(64), METRICS_TOKEN: 'f'.repeat(48) });

/**
 * The most pods that a Deployment has at a time while a new version replaces so many: those, new ones that come before
 * the old ones go, and old ones that are ending, which Kubernetes counts among neither.
 */
const mostPods = ({ spec, ...manifest }: Manifest, replicas: number): number => {
  if (spec.strategy?.type === 'Recreate') return replicas;
  // The defaults of Kubernetes are a quarter of the replicas each.
  const quarter = Math.ceil(replicas / 4);
  const { maxSurge = quarter, maxUnavailable = quarter } = spec.strategy?.rollingUpdate ?? {};
  const { terminationGracePeriodSeconds: grace = 30 } = podsOf({ spec, ...manifest });
  // So many end at once; the next ones when new ones have been ready for minReadySeconds.
  const steps = Math.ceil(grace / (spec.minReadySeconds ?? 0));
  return replicas + maxSurge + Math.min(replicas, steps * (maxSurge + maxUnavailable));
};

describe('deploy/kubernetes', () => {
  it('has every manifest but the example of a secret in the kustomization', () => {
    const [kustomization] = read('kustomization.yaml') as unknown as { resources: string[] }[];
    expect([...(kustomization?.resources ?? [])].sort()).toEqual(
      files.filter((file) => !['kustomization.yaml', 'secret.example.yaml'].includes(file)).sort(),
    );
  });

  it('configures the program with variables that it knows and values that it takes', () => {
    const known = readRepositoryFile('README.md');
    for (const name of Object.keys(given)) {
      expect([name, known.includes(`\`${name}\``)]).toEqual([name, true]);
    }
    expect(environment()).toMatchObject({ NODE_ENV: 'production', MIGRATE_ON_START: false });
  });

  it('has a secret that is refused until it is one', () => {
    for (const name of ['SECRET_KEY', 'METRICS_TOKEN']) expect(() => parseEnvironment(given)).toThrow(name);
  });

  it('gives every container that configuration, and starts what is in the image', () => {
    for (const manifest of [web, worker, migration]) {
      for (const { image, command, envFrom } of podsOf(manifest).containers) {
        expect(image).toBe('jobtrail');
        expect(envFrom).toEqual([
          { configMapRef: { name: 'jobtrail' } },
          { secretRef: { name: 'jobtrail' } },
        ]);
        const program = command?.at(-1) ?? 'dist/main.js';
        expect([
          program,
          existsSync(join(repositoryRoot, program.replace(/^dist\/(.*)js$/, 'src/$1ts'))),
        ]).toEqual([program, true]);
      }
    }
  });

  it('does the background work in the worker alone, and migrates in the job alone', () => {
    expect(environment()).toMatchObject({ WORKER_ENABLED: false, MIGRATE_ON_START: false });
    expect(podsOf(worker).containers[0]?.command).toContain('dist/worker.js');
    expect(podsOf(migration).containers[0]?.command).toContain('dist/migrate.js');
  });

  it('probes paths that the program answers, on its port', () => {
    const { paths } = JSON.parse(readRepositoryFile('docs/openapi.json')) as {
      paths: Record<string, unknown>;
    };
    const [container] = podsOf(web).containers;
    expect(container?.ports).toEqual([{ name: 'http', containerPort: environment().PORT }]);
    const probes = [container?.startupProbe, container?.livenessProbe, container?.readinessProbe];
    expect(probes.map((probe) => probe?.httpGet.path)).toEqual([
      '/api/health/live',
      '/api/health/live',
      '/api/health/ready',
    ]);
    for (const probe of probes) {
      expect(Object.keys(paths)).toContain(probe?.httpGet.path);
      expect(probe?.httpGet.port).toBe('http');
    }
  });

  it('waits longer for the end of a pod than the program takes', () => {
    const { SHUTDOWN_DELAY = 5, SHUTDOWN_TIMEOUT } = environment();
    for (const manifest of [web, worker]) {
      expect(podsOf(manifest).terminationGracePeriodSeconds).toBeGreaterThanOrEqual(
        SHUTDOWN_DELAY + SHUTDOWN_TIMEOUT + 5,
      );
    }
  });

  it('selects the instances that serve, and no worker', () => {
    const labels = web.spec.template?.metadata?.labels ?? {};
    expect(web.spec.selector?.matchLabels).toEqual(labels);
    expect(named('Service').spec.selector).toEqual(labels);
    expect(named('PodDisruptionBudget').spec.selector?.matchLabels).toEqual(labels);
    expect(worker.spec.selector?.matchLabels).toEqual(worker.spec.template?.metadata?.labels);
    expect(worker.spec.selector?.matchLabels).not.toEqual(labels);
    expect(named('HorizontalPodAutoscaler').spec.scaleTargetRef).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: web.metadata.name,
    });
  });

  it('opens no more connections at its largest, while it is replaced, than Postgres allows by default', () => {
    // Besides the pool: for readiness, for figures, and for the cache.
    const perProcess = environment().DB_MAX_CONNECTIONS + 3;
    const instances = named('HorizontalPodAutoscaler').spec.maxReplicas as number;
    const processes = mostPods(web, instances) + mostPods(worker, worker.spec.replicas as number);
    // Three are for superusers, three for migrations.
    expect(processes * perProcess + 3).toBeLessThanOrEqual(100 - 3);
  });

  it('never has fewer instances than before while they are replaced', () => {
    expect(web.spec.strategy?.rollingUpdate?.maxUnavailable).toBe(0);
  });

  it('removes instances that are not needed so slowly that each has ended before the next is told to', () => {
    const { behavior } = named('HorizontalPodAutoscaler').spec as {
      behavior?: { scaleDown?: { policies: unknown[] } };
    };
    expect(behavior?.scaleDown?.policies).toEqual([
      { type: 'Pods', value: 1, periodSeconds: expect.any(Number) as number },
    ]);
    const [{ periodSeconds }] = behavior?.scaleDown?.policies as [{ periodSeconds: number }];
    expect(periodSeconds).toBeGreaterThanOrEqual(podsOf(web).terminationGracePeriodSeconds ?? Infinity);
  });
});
