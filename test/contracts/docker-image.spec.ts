import { Script } from 'node:vm';
import { DockerfileParser } from 'dockerfile-ast';
import type { Copy, From, Instruction } from 'dockerfile-ast';
import { run as lint } from 'dockerfilelint';
import { environmentVariables } from '../../src/config';
import { isInRepository, readPackageManifest, readRepositoryFile } from '../support/repository-files';

/** Set for the program, but read by Node or its tools rather than by our configuration. */
const NODE_VARIABLES = ['NODE_OPTIONS', 'MALLOC_MMAP_THRESHOLD_'];

const text = readRepositoryFile('Dockerfile');
const file = DockerfileParser.parse(text);
const instructions = file.getInstructions();

interface Stage {
  name: string;
  from: From;
  steps: Instruction[];
}

/** The instructions of each stage, in order. */
const stages = instructions.reduce<Stage[]>((found, step) => {
  if (step.getKeyword() === 'FROM') {
    const from = step as From;
    return [...found, { name: from.getBuildStage() ?? '', from, steps: [] }];
  }
  found.at(-1)?.steps.push(step);
  return found;
}, []);

const stage = (name: string): Stage => {
  const found = stages.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`The Dockerfile has no stage ${name}.`);
  return found;
};
const values = (steps: Instruction[], keyword: string): string[] =>
  steps.filter((step) => step.getKeyword() === keyword).map((step) => step.getArgumentsContent() ?? '');
const copies = (steps: Instruction[]): { from: string | undefined; sources: string[] }[] =>
  steps
    .filter((step) => step.getKeyword() === 'COPY')
    .map((step) => {
      const copy = step as Copy;
      const paths = copy.getArguments().map((argument) => argument.getValue());
      return { from: copy.getFromFlag()?.getValue() ?? undefined, sources: paths.slice(0, -1) };
    });

const runtime = stage('runtime');
const environment = Object.fromEntries(
  file.getENVs().flatMap((env) => env.getProperties().map((entry) => [entry.getName(), entry.getValue()])),
);

describe('the Dockerfile', () => {
  it('has nothing the linter complains about', () => {
    // The linter knows `--start-period` but reads it as `--start`, so that option is kept from it.
    expect(lint('.', text.replace(/--start-period=\S+ /, ''))).toEqual([]);
  });

  it('builds every stage on the Node version of .nvmrc, in its slim variant', () => {
    const major = readRepositoryFile('.nvmrc').trim();
    for (const { from } of stages) {
      expect(from.getImage()).toMatch(new RegExp(`^node:${major}(\\.\\d+)*-[a-z]+-slim$`));
    }
  });

  it('ends with the runtime stage, which is what is built without a target', () => {
    expect(stages.map(({ name }) => name)).toEqual(['build', 'dependencies', 'runtime']);
  });

  it('copies only files that exist and that .dockerignore lets through', () => {
    const admitted = readRepositoryFile('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const sources = copies(instructions).flatMap(({ from, sources }) => (from === undefined ? sources : []));
    expect(sources).toContain('src');
    for (const source of sources) {
      expect({ source, exists: isInRepository(source) }).toEqual({ source, exists: true });
      expect(admitted).toContain(source);
    }
  });

  it('keeps out of the build context what the build does not copy', () => {
    const lines = readRepositoryFile('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines[0]).toBe('*');
    const sources = new Set(copies(instructions).flatMap((copy) => copy.sources));
    expect(lines.slice(1).filter((line) => !sources.has(line.replace(/^!/, '')))).toEqual([]);
  });

  it('takes between stages only what the earlier stage makes', () => {
    const made = copies(runtime.steps).filter(({ from }) => from !== undefined);
    expect(made).toEqual([
      { from: 'dependencies', sources: ['/app/node_modules'] },
      { from: 'build', sources: ['/app/dist'] },
    ]);
    expect(values(stage('dependencies').steps, 'WORKDIR')).toEqual(['/app']);
    expect(values(stage('build').steps, 'WORKDIR')).toEqual(['/app']);
  });

  it('installs from the lock file, and without development dependencies for the runtime', () => {
    expect(values(stage('build').steps, 'RUN')).toEqual(['npm ci', 'npm run build']);
    expect(values(stage('dependencies').steps, 'RUN')).toEqual(['npm ci --omit=dev']);
    expect(values(runtime.steps, 'RUN').filter((command) => command.includes('npm'))).toEqual([]);
  });

  it('runs only npm scripts that exist', () => {
    const { scripts } = readPackageManifest();
    const called = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name);
    expect(called).toEqual(['build']);
    for (const name of called) expect(Object.keys(scripts)).toContain(name);
  });

  it('starts the program as `npm run start:prod` does, without a shell in between', () => {
    const command = JSON.parse(values(runtime.steps, 'CMD')[0] ?? '[]') as string[];
    const [, malloc] = /(MALLOC_MMAP_THRESHOLD_=\d+)/.exec(values(runtime.steps, 'ENV').join(' ')) ?? [];
    expect(`${malloc ?? ''} exec ${command.join(' ')}`).toBe(readPackageManifest().scripts['start:prod']);
    expect(command.at(-1)).toBe('dist/main.js');
    expect(isInRepository('src/main.ts')).toBe(true);
  });

  it('runs as an ordinary user and ends on SIGTERM', () => {
    expect(values(runtime.steps, 'USER')).toEqual(['node']);
    expect(values(runtime.steps, 'STOPSIGNAL')).toEqual(['SIGTERM']);
  });

  it('lets the program keep its profiles: in a folder of its own that is a volume', () => {
    const folder = environment.DIAGNOSTICS_DIR;
    const [user] = values(runtime.steps, 'USER');
    expect(folder).toMatch(/^\/(?!app\b)/);
    expect(values(runtime.steps, 'RUN')).toEqual([
      `install --directory --owner=${user} --group=${user} --mode=0700 ${folder}`,
    ]);
    expect(values(runtime.steps, 'VOLUME')).toEqual([folder]);
    // Made by root, and before it becomes a volume, which takes its owner over.
    const order = runtime.steps
      .map((step) => step.getKeyword())
      .filter((word) => /RUN|VOLUME|USER/.test(word));
    expect(order).toEqual(['RUN', 'VOLUME', 'USER']);
  });

  it('sets only variables that the configuration knows, to values it accepts', () => {
    const known: Record<string, { schema: { safeParse(value: unknown): { success: boolean } } }> =
      environmentVariables;
    expect(environment.NODE_ENV).toBe('production');
    for (const [name, value] of Object.entries(environment)) {
      if (NODE_VARIABLES.includes(name)) continue;
      expect(Object.keys(known)).toContain(name);
      expect({ name, valid: known[name]?.schema.safeParse(value).success }).toEqual({ name, valid: true });
    }
  });

  it('exposes the port it listens on, which is the default of the program', () => {
    expect(values(runtime.steps, 'EXPOSE')).toEqual([environment.PORT]);
    expect(environmentVariables.PORT.schema.parse(undefined)).toBe(Number(environment.PORT));
  });

  it('asks the liveness route for its health, which is a route of the program', () => {
    const [check] = file.getHEALTHCHECKs();
    const words = check?.getArgumentsContent() ?? '';
    expect(words).toContain('http://127.0.0.1:${process.env.PORT}/api/health/live');
    const { paths } = JSON.parse(readRepositoryFile('docs/openapi.json')) as {
      paths: Record<string, unknown>;
    };
    expect(Object.keys(paths)).toContain('/api/health/live');
  });

  it('has a health probe that is valid JavaScript', () => {
    const words = file.getHEALTHCHECKs()[0]?.getArgumentsContent() ?? '';
    const [program, flag, script] = JSON.parse(words.slice(words.indexOf('['))) as string[];
    expect([program, flag]).toEqual(['node', '-e']);
    expect(() => new Script(script ?? 'not found(')).not.toThrow();
  });
});
