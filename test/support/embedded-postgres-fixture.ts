import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Client } from 'pg';
import type { EmbeddedPostgres, EmbeddedPostgresOptions } from '../../src/platform/database/embedded';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded';

/** What a child prints once it runs, or could not. */
interface ChildReport {
  url: string;
  pid: number;
  uid: number;
  error?: string;
}

/** A process of its own that has started an embedded Postgres. */
interface Child {
  process: ChildProcess;
  report: ChildReport;
}

/**
 * A temporary folder for a test's data, and servers and processes in it; all of them are gone, and the folder
 * too, after each test.
 */
export class EmbeddedPostgresFixture {
  /** Fresh for each test; every user may enter it. */
  folder = '';
  /** Does not exist at the beginning of a test. */
  dataDir = '';
  private running: EmbeddedPostgres[] = [];
  private children: ChildProcess[] = [];
  private prepared: string | undefined;

  /** Registers the hooks; call it at the top of a test file. */
  static forEachTest(): EmbeddedPostgresFixture {
    const fixture = new EmbeddedPostgresFixture();
    beforeEach(() => fixture.setUp());
    afterEach(() => fixture.tearDown());
    afterAll(() => fixture.removePrepared());
    return fixture;
  }

  /** Starts a server in this process. */
  async start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
    const postgres = await startEmbeddedPostgres({ dataDir: this.dataDir, ...options });
    this.running.push(postgres);
    return postgres;
  }

  /** Fills the data folder with a stopped cluster, without the second that making one takes each time. */
  async useExistingData(): Promise<void> {
    this.prepared ??= await this.prepareData();
    // A thousand files: Node's own `cp` takes a second of the processor for them.
    await promisify(execFile)('cp', ['-R', this.prepared, this.dataDir]);
  }

  /** Runs test/support/embedded-postgres-child.ts, as another user if given (only root can). */
  spawnChild(stdout: 'pipe' | 'ignore', uid?: number): ChildProcess {
    const child = spawn(process.execPath, ['--import', 'tsx', CHILD_SCRIPT, this.dataDir], {
      cwd: join(__dirname, '..', '..'),
      stdio: ['pipe', stdout, 'inherit'],
      // tsx keeps a cache in TMPDIR, which another user must be able to write.
      env: { ...process.env, TMPDIR: this.folder, NODE_OPTIONS: '' },
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    this.children.push(child);
    return child;
  }

  /** Starts an embedded Postgres in a process of its own, and waits for its report. */
  async startInChild(uid?: number): Promise<Child> {
    const child = this.spawnChild('pipe', uid);
    const [line] = (await once(createInterface(child.stdout!), 'line')) as [string];
    return { process: child, report: JSON.parse(line) as ChildReport };
  }

  private async setUp(): Promise<void> {
    this.folder = await makeTemporaryFolder();
    this.dataDir = join(this.folder, 'data');
  }

  private async tearDown(): Promise<void> {
    for (const child of this.children.splice(0)) await endProcess(child);
    for (const postgres of this.running.splice(0)) await postgres.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private async prepareData(): Promise<string> {
    const dataDir = join(await makeTemporaryFolder(), 'data');
    const postgres = await startEmbeddedPostgres({ dataDir });
    await postgres.stop();
    return dataDir;
  }

  private async removePrepared(): Promise<void> {
    if (this.prepared !== undefined) await rm(join(this.prepared, '..'), { recursive: true, force: true });
  }
}

const CHILD_SCRIPT = join(__dirname, 'embedded-postgres-child.ts');

async function makeTemporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'jobtrail-embedded-'));
  await chmod(folder, 0o755);
  return folder;
}

/** Lets a child stop its server and end. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.stdin?.end();
  await exited;
}

/** Ends a process without giving it a chance to clean up. */
export async function killProcess(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Runs SQL on a connection of its own. */
export async function query<Row>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row & Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Commits a row that {@link readNotes} finds. */
export async function writeNote(url: string): Promise<void> {
  await query(url, "CREATE TABLE IF NOT EXISTS note (body text); INSERT INTO note VALUES ('kept')");
}

/** What {@link writeNote} has written. */
export async function readNotes(url: string): Promise<string[]> {
  return (await query<{ body: string }>(url, 'SELECT body FROM note')).map((row) => row.body);
}

/** Waits until a condition holds; fails after ten seconds. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not come true within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
