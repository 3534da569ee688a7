import { DockerfileParser } from 'dockerfile-ast';
import { environmentVariables, parseEnvironment } from '../../src/config';
import { readRepositoryFile, readYaml } from '../support/repository-files';

interface Service {
  image?: string;
  build?: { context: string; target: string };
  command?: string[];
  depends_on?: Record<string, { condition: string }>;
  environment?: Record<string, string | null>;
  healthcheck?: { test: string[] };
  ports?: string[];
  restart?: string;
  volumes?: string[];
  mem_limit?: string;
  read_only?: boolean;
  tmpfs?: string[];
}

interface ComposeFile {
  services: Record<'app' | 'postgres' | 'redis', Service>;
  volumes: Record<string, unknown>;
}

const { services, volumes } = readYaml<ComposeFile>('docker-compose.yml');
const { app, postgres, redis } = services;
const dockerfile = DockerfileParser.parse(readRepositoryFile('Dockerfile'));

/** Puts values in the place of `${NAME:?message}` and `${NAME:-default}`, as Compose does. */
const interpolate = (text: string, given: Record<string, string>): string =>
  text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind: string, rest: string) => {
    const value = given[name] ?? (kind === '-' ? rest : undefined);
    if (value === undefined) throw new Error(`${name}: ${rest}`);
    return value;
  });

const secrets = { SECRET_KEY: 'k'.repeat(32), POSTGRES_PASSWORD: 'secret' };
const appEnvironment = (given: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(app.environment ?? {}).flatMap(([name, value]) =>
      value === null ? [] : [[name, interpolate(value, given)]],
    ),
  );

describe('docker-compose.yml', () => {
  it('runs the program, Postgres and Redis, each restarted, bounded in memory and logged in bounds', () => {
    expect(Object.keys(services)).toEqual(['app', 'postgres', 'redis']);
    for (const service of Object.values(services)) {
      expect(service).toMatchObject({
        restart: 'unless-stopped',
        mem_limit: expect.stringMatching(/^\d+[mg]$/),
        logging: { options: { 'max-size': '10m' } },
      });
    }
  });

  it('builds the last stage of the Dockerfile', () => {
    expect(app.build).toEqual({ context: '.', target: dockerfile.getFROMs().at(-1)?.getBuildStage() });
  });

  it('starts the program when Postgres and Redis are healthy, and both can say so', () => {
    expect(app.depends_on).toEqual({
      postgres: { condition: 'service_healthy' },
      redis: { condition: 'service_healthy' },
    });
    expect(postgres.healthcheck?.test[1]).toBe('pg_isready');
    expect(redis.healthcheck?.test).toEqual(['CMD', 'redis-cli', 'ping']);
  });

  it('passes the program only variables that its configuration knows', () => {
    const unknown = Object.keys(app.environment ?? {}).filter((name) => !(name in environmentVariables));
    expect(unknown).toEqual([]);
  });

  it('gives the program a configuration it accepts in production', () => {
    const environment = parseEnvironment({ NODE_ENV: 'production', ...appEnvironment(secrets) });
    expect(environment.REDIS_URL).toBe('redis://redis:6379');
    expect(environment.SECRET_KEY).toBe(secrets.SECRET_KEY);
  });

  it.each(Object.keys(secrets))('refuses to start without %s, which has no default', (missing) => {
    const given = Object.fromEntries(Object.entries(secrets).filter(([name]) => name !== missing));
    expect(() => appEnvironment(given)).toThrow(missing);
  });

  it('points the program at the Postgres and Redis of this file, with the credentials Postgres is made with', () => {
    const { DATABASE_URL, REDIS_URL } = appEnvironment(secrets);
    const database = new URL(DATABASE_URL ?? '');
    expect(services).toHaveProperty(database.hostname);
    expect(database.port).toBe('5432');
    expect({
      POSTGRES_USER: database.username,
      POSTGRES_PASSWORD: database.password,
      POSTGRES_DB: database.pathname.slice(1),
    }).toEqual({
      ...postgres.environment,
      POSTGRES_PASSWORD: interpolate(postgres.environment?.POSTGRES_PASSWORD ?? '', secrets),
    });
    expect(services).toHaveProperty(new URL(REDIS_URL ?? '').hostname);
  });

  it("asks Postgres' health for the user and database it is made with", () => {
    const { POSTGRES_USER, POSTGRES_DB } = postgres.environment ?? {};
    expect(postgres.healthcheck?.test).toEqual(
      expect.arrayContaining([`--username=${POSTGRES_USER}`, `--dbname=${POSTGRES_DB}`]),
    );
  });

  it('publishes the port of the image on the loopback address, and nothing else', () => {
    const [exposed] = dockerfile.getInstructions().filter((step) => step.getKeyword() === 'EXPOSE');
    const ports = app.ports?.map((port) => interpolate(port, {})) ?? [];
    const port = exposed?.getArgumentsContent();
    expect(ports).toEqual([`127.0.0.1:${port}:${port}`]);
    expect([postgres.ports, redis.ports]).toEqual([undefined, undefined]);
  });

  it('keeps the data of Postgres on a named volume, where its image writes it', () => {
    expect(postgres.image).toMatch(/^postgres:18/);
    expect(postgres.volumes).toEqual(['postgres-data:/var/lib/postgresql']);
    expect(Object.keys(volumes)).toEqual(['diagnostics', 'postgres-data']);
  });

  it('keeps the profiles of the program on a named volume, where its image writes them', () => {
    const image = dockerfile.getENVs().flatMap((env) => env.getProperties());
    const folder = image.find((entry) => entry.getName() === 'DIAGNOSTICS_DIR')?.getValue();
    expect(folder).toMatch(/^\//);
    // The root is read-only, and what is in a tmpfs counts as memory of the program.
    expect(app).toMatchObject({ read_only: true, tmpfs: ['/tmp'], volumes: [`diagnostics:${folder}`] });
    expect(app.environment).not.toHaveProperty('DIAGNOSTICS_DIR');
  });

  it('bounds the memory of Redis below its limit', () => {
    const option = redis.command?.[redis.command.indexOf('--maxmemory') + 1] ?? '';
    expect(parseInt(option, 10)).toBeLessThan(parseInt(redis.mem_limit ?? '', 10));
  });
});
