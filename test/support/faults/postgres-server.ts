import { randomBytes } from 'node:crypto';
import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Pool, type QueryResultRow } from 'pg';
import {
  findBinaryPackage,
  prepareBinaries,
  type Binaries,
} from '../../../src/platform/database/embedded/binaries';
import {
  clusterPath,
  initialiseCluster,
  isClusterInitialised,
} from '../../../src/platform/database/embedded/cluster';
import { ensurePostgresUser, isRoot } from '../../../src/platform/database/embedded/os-user';
import { STATE_ROOT } from '../../../src/platform/database/embedded/placement';
import { ChildServer, type ServerKind } from '../child-server';
import { eventually } from '../eventually';
import { childrenOf, isAlive, signal } from './process-tree';

/** Settings of postgresql.conf by name. */
export type PostgresSettings = Readonly<Record<string, string>>;

/**
 * What is committed outlives the end of the server, which is what tests of faults are about; that it outlives the end of
 * the system is not, and costs time.
 */
const SETTINGS: PostgresSettings = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'on' };

const ignore = (): void => undefined;

/** Programs, and the user they run as where that is not this one. */
interface Installation {
  binaries: Binaries;
  runAs: { uid: number; gid: number } | undefined;
}

const installation = async (folder: string): Promise<Installation> => {
  const runAs = isRoot() ? await ensurePostgresUser(ignore) : undefined;
  const copies = join(runAs === undefined ? folder : STATE_ROOT, 'postgres-binaries');
  return { binaries: await prepareBinaries(await findBinaryPackage(), copies, runAs, ignore), runAs };
};

/**
 * Starts a Postgres with a cluster of its own on a free port of 127.0.0.1, to be killed and frozen. Its address stays the
 * same over restarts. End it with `stop()`.
 */
export const startPostgres = (settings: PostgresSettings = {}): Promise<PostgresServer> =>
  PostgresServer.start(settings);

/** A Postgres server of one test file. It ends with this process at the latest, however that ends. */
export class PostgresServer {
  private frozen: number[] = [];
  private readonly pool: Pool;

  private constructor(
    private readonly server: ChildServer,
    private readonly password: string,
    private readonly owner: Installation['runAs'],
  ) {
    this.pool = new Pool({ connectionString: this.url, max: 2, application_name: 'jobtrail test' });
    // Idle connections break when the server is killed.
    this.pool.on('error', ignore);
  }

  /** See {@link startPostgres}. */
  static async start(settings: PostgresSettings): Promise<PostgresServer> {
    const password = randomBytes(12).toString('hex');
    let owner: Installation['runAs'];
    const kind: ServerKind = {
      name: 'postgres',
      ready: /database system is ready to accept connections/,
      portTaken: /Address already in use/,
      prepare: async (folder, port) => {
        const { binaries, runAs } = await installation(folder);
        owner = runAs;
        const data = join(folder, 'data');
        await mkdir(data, { recursive: true });
        if (!(await isClusterInitialised(data))) await initialiseCluster(data, password, binaries, runAs);
        const all = { ...SETTINGS, unix_socket_directories: '', listen_addresses: '127.0.0.1', ...settings };
        const given = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
        return {
          file: binaries.postgres,
          args: ['-D', clusterPath(data), '-p', String(port), ...given],
          env: { PATH: process.env.PATH, LC_ALL: 'C' },
          uid: runAs?.uid,
        };
      },
    };
    return new PostgresServer(await ChildServer.start(kind), password, owner);
  }

  /** For `DATABASE_URL`: as a superuser. */
  get url(): string {
    return this.urlAs('jobtrail', this.password);
  }

  /** For another role or database. */
  urlAs(role: string, password: string, database = 'postgres'): string {
    return `postgres://${role}:${password}@127.0.0.1:${this.server.port}/${database}`;
  }

  /** Process id of the postmaster. @throws Error while it does not run */
  get pid(): number {
    return this.server.pid;
  }

  /** What it has logged since its last start. */
  output(): Promise<string> {
    return this.server.output();
  }

  /** Runs SQL on a connection of the test. */
  async query<Row extends QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, values)).rows;
  }

  /** A connection of its own, as one of many or with a transaction left open; ended by whoever asks for it. */
  async connect(url = this.url): Promise<Client> {
    const client = new Client({ connectionString: url, application_name: 'jobtrail test' });
    client.on('error', ignore);
    await client.connect();
    return client;
  }

  /** As `query`, in another database, on a connection of its own each time. */
  in(database: string): Pick<PostgresServer, 'query'> {
    return {
      query: async <Row extends QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]> => {
        const client = await this.connect(this.urlAs('jobtrail', this.password, database));
        try {
          return (await client.query<Row>(sql, values)).rows;
        } finally {
          await client.end();
        }
      },
    };
  }

  /** Gives a folder to the user that the server runs as. */
  async own(folder: string): Promise<void> {
    if (this.owner !== undefined) await chown(folder, this.owner.uid, this.owner.gid);
  }

  /** Kills the postmaster (SIGKILL); its other processes end by themselves, and are waited for. */
  async kill(): Promise<void> {
    const children = childrenOf(this.pid);
    await this.server.kill();
    await eventually(
      () => children.filter(isAlive),
      (alive) => alive.length === 0,
    );
  }

  /** Starts it again on the same address after `kill()`; resolves when it accepts connections. */
  async start(): Promise<void> {
    await this.server.start();
  }

  /** Stops the clock of all of its processes (SIGSTOP): connections stay open, nothing is answered. */
  async freeze(): Promise<void> {
    // First the one that starts others.
    await this.server.pause();
    this.frozen = childrenOf(this.pid);
    for (const pid of this.frozen) signal(pid, 'SIGSTOP');
  }

  /** Ends `freeze()`. */
  thaw(): void {
    for (const pid of this.frozen.splice(0)) signal(pid, 'SIGCONT');
    this.server.resume();
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    await this.pool.end();
    for (const pid of this.frozen.splice(0)) signal(pid, 'SIGCONT');
    if (this.server.running) await this.kill();
    await this.server.stop();
  }
}
