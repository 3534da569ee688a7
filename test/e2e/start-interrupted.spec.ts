import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuiltProgram, type RunningProgram } from '../support/program';

let program: BuiltProgram;

beforeAll(() => {
  program = new BuiltProgram();
});

afterAll(() => program.remove());

/** Process ids of every Postgres program, initdb included, that was told to work below the folder. */
const postgresBelow = (folder: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return /(?:postgres|initdb)$/.test(args[0] ?? '') && args.some((arg) => arg.startsWith(folder));
      } catch {
        return false;
      }
    })
    .map(Number);

const eventually = async (condition: () => boolean): Promise<void> => {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('It did not come about');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

const startIn = (name: string): { folder: string; started: RunningProgram } => {
  const folder = join(program.folder, name);
  return { folder, started: program.start({ DATA_DIR: folder }) };
};

/** Linux tells which processes work where. */
(process.platform === 'linux' ? describe : describe.skip)('A signal during the start', () => {
  it('while the database is initialised ends initdb and the program', async () => {
    const { folder, started } = startIn('initialising');
    await eventually(() => postgresBelow(folder).length > 0);
    expect(await started.stop('SIGINT')).toBe(0);
    await eventually(() => postgresBelow(folder).length === 0);
    expect(started.stderr).not.toMatch(/Could not start|\n {4}at /);
    expect(readdirSync(folder).filter((name) => name.startsWith('postgres'))).toEqual(['postgres.password']);
  });

  it('as soon as Postgres runs ends it without going on with the start; the next start is a good one', async () => {
    const { folder, started } = startIn('starting');
    const cluster = join(folder, 'postgres');
    await eventually(() => postgresBelow(cluster).some((pid) => isServer(pid, cluster)));
    expect(await started.stop('SIGTERM')).toBe(0);
    expect(postgresBelow(folder)).toEqual([]);
    expect(started.stderr).not.toMatch(/Swagger|Could not start|\n {4}at /);

    const again = program.start({ DATA_DIR: folder });
    await again.url();
    expect(await again.stop('SIGTERM')).toBe(0);
  });

  it('and a second one later leave no Postgres behind', async () => {
    const { folder, started } = startIn('twice');
    const cluster = join(folder, 'postgres');
    await eventually(() => postgresBelow(cluster).some((pid) => isServer(pid, cluster)));
    started.signal('SIGINT');
    const again = setInterval(() => started.signal('SIGINT'), 50);
    const code = await started.exit().finally(() => clearInterval(again));
    expect([0, 1]).toContain(code);
    await eventually(() => postgresBelow(folder).length === 0);
  });
});

/** The server itself, not a program of initdb, which works in another folder. */
const isServer = (pid: number, cluster: string): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(cluster);
  } catch {
    return false;
  }
};
