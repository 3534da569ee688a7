import { spawn } from 'node:child_process';
import { appendFile, chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isProcessAlive } from '../../src/platform/database/embedded/process-identity';
import {
  EmbeddedPostgresFixture,
  killProcess,
  query,
  readNotes,
  until,
  writeNote,
} from '../support/embedded-postgres-fixture';

const fixture = EmbeddedPostgresFixture.forEachTest();

describe('a first start that was interrupted', () => {
  it('is not held up by what an interrupted first start left', async () => {
    const leftOver = join(fixture.dataDir, 'postgres.init-abc123', 'cluster');
    await mkdir(leftOver, { recursive: true });
    await chmod(fixture.dataDir, 0o755);
    await writeFile(join(leftOver, 'PG_VERSION'), '18\n');
    const postgres = await fixture.start();
    expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect((await readdir(fixture.dataDir)).sort()).toEqual([
      'jobtrail.lock',
      'postgres',
      'postgres.log',
      'postgres.password',
    ]);
  });

  it.each([
    ['initialising', /^postgres\.init-/],
    ['starting the server', /^postgres\.log$/],
  ])('works after a first start that was killed while %s', async (_moment, sign) => {
    const child = fixture.spawnChild('ignore');
    await until(async () => (await readdir(fixture.dataDir).catch(() => [])).some((name) => sign.test(name)));
    await killProcess(child);
    const postgres = await fixture.start();
    await writeNote(postgres.url);
    await postgres.stop();
    expect(await readNotes((await fixture.start()).url)).toEqual(['kept']);
  });
});

describe('a start after an unclean end', () => {
  it('stops the server that a killed process left, and finds all that was committed', async () => {
    await fixture.useExistingData();
    const child = await fixture.startInChild();
    await writeNote(child.report.url);
    await killProcess(child.process);
    expect(await isProcessAlive(child.report.pid)).toBe(true);

    const postgres = await fixture.start();
    expect(await isProcessAlive(child.report.pid)).toBe(false);
    expect(await readNotes(postgres.url)).toEqual(['kept']);
  });

  it('recovers from a server killed hard', async () => {
    await fixture.useExistingData();
    const first = await fixture.start();
    await writeNote(first.url);
    process.kill(first.pid, 'SIGKILL');
    await until(async () => !(await isProcessAlive(first.pid)));
    await first.stop();
    const second = await fixture.start();
    expect(await readNotes(second.url)).toEqual(['kept']);
  });

  it('leaves alone a process that has got the pid of the old server, or of the old owner', async () => {
    await fixture.useExistingData();
    const first = await fixture.start();
    await first.stop();
    // Of the server's own user: Postgres itself sees through a pid of any other.
    const { uid, gid } = await stat(join(fixture.dataDir, 'postgres'));
    const idle = ['-e', 'setInterval(() => {}, 1000)'];
    const bystander = spawn(process.execPath, idle, { stdio: 'ignore', cwd: '/', uid, gid });
    try {
      const pid = String(bystander.pid);
      await writeFile(
        join(fixture.dataDir, 'postgres', 'postmaster.pid'),
        `${pid}\n${fixture.dataDir}\n1\n5432\n\n\n\nready\n`,
      );
      await writeFile(
        join(fixture.dataDir, 'jobtrail.lock'),
        JSON.stringify({ pid: bystander.pid, started: 'long ago' }),
      );
      const second = await fixture.start();
      expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    } finally {
      await killProcess(bystander);
    }
  });

  it('empties the server log once it is over 10 MB', async () => {
    await fixture.useExistingData();
    await appendFile(join(fixture.dataDir, 'postgres.log'), 'x'.repeat(11 * 1024 * 1024));
    await fixture.start();
    expect((await stat(join(fixture.dataDir, 'postgres.log'))).size).toBeLessThan(100_000);
  });
});

describe('a folder that is in use', () => {
  it('is refused to another process, which learns the pid of the owner, while the first goes on', async () => {
    await fixture.useExistingData();
    const child = await fixture.startInChild();
    await expect(fixture.start()).rejects.toThrow(
      `in use by another Jobtrail process (pid ${child.process.pid})`,
    );
    await writeNote(child.report.url);
    expect(await readNotes(child.report.url)).toEqual(['kept']);
  });

  it('goes to exactly one of several that start at the same instant, also over a dead owner', async () => {
    await fixture.useExistingData();
    await writeFile(
      join(fixture.dataDir, 'jobtrail.lock'),
      JSON.stringify({ pid: 2 ** 22 + 1, started: 'long ago' }),
    );
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => fixture.start()));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(String(outcome.reason)).toContain(`(pid ${process.pid})`);
    }
  });
});
