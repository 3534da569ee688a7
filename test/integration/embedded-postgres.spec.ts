import { chmod, chown, mkdir, readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { isProcessAlive } from '../../src/platform/database/embedded/process-identity';
import {
  EmbeddedPostgresFixture,
  endProcess,
  query,
  readNotes,
  writeNote,
} from '../support/embedded-postgres-fixture';

const asRoot = process.getuid?.() === 0 ? it : it.skip;
/** The user nobody. */
const NOBODY = 65534;
const fixture = EmbeddedPostgresFixture.forEachTest();

describe('a start in an empty folder', () => {
  it('serves a database of that name on 127.0.0.1, with a password, and keeps the password to its owner', async () => {
    const postgres = await fixture.start({ database: 'Odd "name"' });
    const [row] = await query(
      postgres.url,
      'SELECT current_database() AS name, inet_server_addr()::text AS host',
    );
    expect(row).toEqual({ name: 'Odd "name"', host: '127.0.0.1/32' });
    expect((await stat(join(fixture.dataDir, 'postgres.password'))).mode & 0o777).toBe(0o600);
    await expect(query(postgres.url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toMatchObject({
      code: '28P01',
    });
  });

  it('compares text by code point, and lets pg_trgm see words of every script', async () => {
    await fixture.useExistingData();
    const { url } = await fixture.start();
    await query(url, 'CREATE EXTENSION pg_trgm');
    const [row] = await query(
      url,
      `SELECT 'Z' < 'a' AND 'z' < 'é' AS by_code_point, lower('ÄЖ') AS lowered, cardinality(show_trgm('Жук')) AS trigrams`,
    );
    expect(row).toEqual({ by_code_point: true, lowered: 'äж', trigrams: 4 });
  });

  it('takes further settings, and none of the PG* variables of the caller', async () => {
    await fixture.useExistingData();
    const before = { ...process.env };
    Object.assign(process.env, {
      PGDATA: '/nowhere',
      PGPORT: '1',
      PGHOST: 'nowhere',
      PGOPTIONS: '-c nonsense=1',
    });
    try {
      const postgres = await fixture.start({ settings: { work_mem: '7MB', application_name: "it's $HOME" } });
      process.env = { ...before };
      expect(await query(postgres.url, 'SHOW work_mem')).toEqual([{ work_mem: '7MB' }]);
    } finally {
      process.env = before;
    }
  });

  it('does not mind blanks, quotes and dollar signs in the path', async () => {
    fixture.dataDir = join(fixture.folder, `it's "$HOME" \`x\``);
    const postgres = await fixture.start();
    expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('stop', () => {
  it('ends the server and frees the folder, however often it is called', async () => {
    await fixture.useExistingData();
    const postgres = await fixture.start();
    await Promise.all([postgres.stop(), postgres.stop()]);
    await postgres.stop();
    expect(await isProcessAlive(postgres.pid)).toBe(false);
    expect(await readdir(fixture.dataDir)).not.toContain('jobtrail.lock');
  });

  it('keeps the data for the next start', async () => {
    await fixture.useExistingData();
    const first = await fixture.start();
    await writeNote(first.url);
    await first.stop();
    const second = await fixture.start();
    expect(await readNotes(second.url)).toEqual(['kept']);
  });

  it('does not wait for clients that stay connected', async () => {
    await fixture.useExistingData();
    const postgres = await fixture.start();
    const client = new Client({ connectionString: postgres.url });
    const closed = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    await postgres.stop();
    await closed;
    expect(await isProcessAlive(postgres.pid)).toBe(false);
  });
});

describe('a start that cannot succeed', () => {
  it('names both versions when another major version made the data, and changes nothing', async () => {
    const cluster = join(fixture.dataDir, 'postgres');
    await mkdir(cluster, { recursive: true });
    await writeFile(join(cluster, 'PG_VERSION'), '15\n');
    await expect(fixture.start()).rejects.toThrow(
      /made by Postgres 15, but the embedded server is Postgres 18/,
    );
    expect(await readFile(join(cluster, 'PG_VERSION'), 'utf8')).toBe('15\n');
    expect(await readdir(fixture.dataDir)).toEqual(['postgres']);
  });

  it('does not touch a folder "postgres" that holds something else', async () => {
    await mkdir(join(fixture.dataDir, 'postgres'), { recursive: true });
    await chmod(fixture.dataDir, 0o755);
    await writeFile(join(fixture.dataDir, 'postgres', 'diary.txt'), 'mine');
    await expect(fixture.start()).rejects.toThrow(/holds no Postgres cluster/);
    expect(await readFile(join(fixture.dataDir, 'postgres', 'diary.txt'), 'utf8')).toBe('mine');
  });

  it('shows the last lines of the server log, and frees the folder', async () => {
    await fixture.useExistingData();
    await expect(fixture.start({ settings: { work_mem: 'a lot' } })).rejects.toThrow(
      /postgres\.log ends with:\n.*invalid value for parameter "work_mem"/s,
    );
    expect(await readdir(fixture.dataDir)).not.toContain('jobtrail.lock');
  });

  it('says which file is missing when the password is gone', async () => {
    await fixture.useExistingData();
    await rm(join(fixture.dataDir, 'postgres.password'));
    await expect(fixture.start()).rejects.toThrow(/postgres\.password is missing/);
  });
});

describe('as root', () => {
  asRoot(
    'keeps the data in the folder when the user postgres can reach it, and owns all but the cluster',
    async () => {
      const postgres = await fixture.start();
      expect(postgres).toMatchObject({ dataDir: fixture.dataDir, relocated: false });
      expect((await stat(join(fixture.dataDir, 'postgres'))).uid).not.toBe(0);
      expect((await stat(fixture.dataDir)).uid).toBe(0);
    },
  );

  asRoot(
    'moves the data to a state folder when only root can enter, and finds them there again',
    async () => {
      await chmod(fixture.folder, 0o700);
      const lines: string[] = [];
      const first = await fixture.start({ log: (line) => lines.push(line) });
      try {
        expect(first.relocated).toBe(true);
        expect(first.dataDir).toMatch(/^\/var\/lib\/jobtrail\/[0-9a-f]{12}$/);
        expect(lines.join('\n')).toContain(first.dataDir);
        await writeNote(first.url);
        await first.stop();

        // Even when the folder has become reachable: the data must not seem to be gone.
        await chmod(fixture.folder, 0o755);
        const second = await fixture.start();
        expect(second.dataDir).toBe(first.dataDir);
        expect(await readNotes(second.url)).toEqual(['kept']);
        await second.stop();
      } finally {
        await rm(first.dataDir, { recursive: true, force: true });
        await rmdir(join(first.dataDir, '..')).catch(() => undefined);
      }
    },
  );

  asRoot('serves data of an ordinary user as that user, who can go on with them', async () => {
    await mkdir(fixture.dataDir);
    await chown(fixture.dataDir, NOBODY, NOBODY);
    await chmod(fixture.folder, 0o777);
    const first = await fixture.startInChild(NOBODY);
    expect(first.report).toMatchObject({ uid: NOBODY });
    await writeNote(first.report.url);
    await endProcess(first.process);

    const postgres = await fixture.start();
    expect(await readNotes(postgres.url)).toEqual(['kept']);
    await postgres.stop();

    const again = await fixture.startInChild(NOBODY);
    expect(await readNotes(again.report.url)).toEqual(['kept']);
  });
});
