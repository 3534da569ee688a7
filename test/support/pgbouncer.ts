import { chown, cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { ChildServer, type Launch, type ServerKind } from './child-server';
import { environmentOf, filesIn, findProgram, type ProgramFiles, type ServerProgram } from './program-files';

const PGBOUNCER: ServerProgram = {
  name: 'pgbouncer',
  variable: 'PGBOUNCER',
  package: 'pgbouncer',
  libraries: ['libc-ares2', 'libevent-2.1-7', 'libevent-2.1-7t64', 'libpam0g'],
  hint: 'Debian and Ubuntu: apt-get install pgbouncer; macOS: brew install pgbouncer',
};

/** PgBouncer refuses to run as root. This is `nobody` wherever there are packages of it. */
const NOBODY = 65_534;

/** How it is set up. */
export interface PgBouncerOptions {
  /** Connections to Postgres for each database; 4 when left out. */
  poolSize?: number;
  /** More settings of the section `[pgbouncer]` by name, such as `ignore_startup_parameters`. */
  settings?: Readonly<Record<string, string>>;
}

/**
 * Starts a real PgBouncer in transaction mode on a free port of 127.0.0.1, in front of the server that a URL names.
 * Clients log in as the user of that URL, with its password, to any database of that server. End it with `stop()`.
 * @throws Error where there is none
 */
export const startPgBouncer = (databaseUrl: string, options: PgBouncerOptions = {}): Promise<PgBouncer> =>
  PgBouncer.start(databaseUrl, options);

/** A PgBouncer of one test. It ends with this process at the latest, however that ends. */
export class PgBouncer {
  private constructor(
    private readonly server: ChildServer,
    /** The given address, through it. */
    private readonly databaseUrl: string,
  ) {}

  /** See {@link startPgBouncer}. */
  static async start(databaseUrl: string, options: PgBouncerOptions): Promise<PgBouncer> {
    const files = await findProgram(PGBOUNCER);
    const kind: ServerKind = {
      name: 'pgbouncer',
      ready: /process up/,
      portTaken: /Address already in use/,
      prepare: async (folder, port) => {
        const launch = await launchIn(folder, files);
        const owner = launch.uid;
        await write(join(folder, 'userlist.txt'), userList(new URL(databaseUrl)), owner);
        await write(join(folder, 'pgbouncer.ini'), configuration(new URL(databaseUrl), options, port), owner);
        return launch;
      },
    };
    return new PgBouncer(await ChildServer.start(kind), databaseUrl);
  }

  get port(): number {
    return this.server.port;
  }

  /** Changes with each restart. @throws Error while it does not run */
  get pid(): number {
    return this.server.pid;
  }

  /** For `DATABASE_URL`: the database it was started for. */
  get url(): string {
    return this.urlFor(this.databaseUrl);
  }

  /** The way through it to another database of the same server and user. */
  urlFor(databaseUrl: string): string {
    const changed = new URL(databaseUrl);
    changed.search = '';
    changed.hostname = '127.0.0.1';
    changed.port = String(this.port);
    return changed.href;
  }

  /** A command of its console, such as `SHOW POOLS` or `PAUSE`; gives the rows. Numbers may come as text. */
  async console<Row extends object>(command: string): Promise<Row[]> {
    const url = new URL(this.url);
    url.pathname = '/pgbouncer';
    const client = new Client({ connectionString: url.href });
    await client.connect();
    try {
      return (await client.query<Row>(command)).rows;
    } finally {
      await client.end();
    }
  }

  /** Freezes it: whoever asks gets no answer, and no error. */
  pause(): Promise<void> {
    return this.server.pause();
  }

  /** Ends `pause()`. */
  resume(): void {
    this.server.resume();
  }

  /** Ends it the hard way; connections break, new ones are refused. */
  kill(): Promise<void> {
    return this.server.kill();
  }

  /** Kills it if it runs, and starts it on the same port. */
  async restart(): Promise<void> {
    await this.server.kill();
    await this.server.start();
  }

  /** Ends it and removes its files. Safe to call twice. */
  stop(): Promise<void> {
    return this.server.stop();
  }
}

/** As root: another user, and a copy of a fetched program, since that user cannot enter root's cache folder. */
const launchIn = async (folder: string, files: ProgramFiles): Promise<Launch> => {
  const args = ['pgbouncer.ini'];
  if (process.getuid?.() !== 0) return { file: files.file, args, env: environmentOf(files) };
  let reachable = files;
  if (files.root !== undefined) {
    const copy = join(folder, 'program');
    await cp(files.root, copy, { recursive: true, verbatimSymlinks: true });
    reachable = (await filesIn(copy, PGBOUNCER)) ?? files;
  }
  return { file: reachable.file, args, env: environmentOf(reachable), uid: NOBODY };
};

/** Writes a file that only its reader can read: there are passwords in it. */
const write = async (file: string, text: string, owner: number | undefined): Promise<void> => {
  await writeFile(file, text, { mode: 0o600 });
  if (owner !== undefined) await chown(file, owner, owner);
};

/** A plain password serves both ways: towards the client, and for SCRAM or MD5 towards Postgres. */
const userList = ({ username, password }: URL): string =>
  `${quote(decodeURIComponent(username))} ${quote(decodeURIComponent(password))}\n`;

const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;

const configuration = (url: URL, { poolSize = 4, settings }: PgBouncerOptions, port: number): string => {
  // The host may be a folder of sockets, which a URL can only carry as a parameter.
  const host = url.searchParams.get('host') ?? url.hostname.replace(/^\[|\]$/g, '');
  const all: Record<string, string> = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: url.password === '' ? 'trust' : 'scram-sha-256',
    auth_file: 'userlist.txt',
    admin_users: decodeURIComponent(url.username),
    pool_mode: 'transaction',
    default_pool_size: String(poolSize),
    max_client_conn: '1000',
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  return ['[databases]', `* = host=${host} port=${url.port || '5432'}`, '[pgbouncer]', ...lines, ''].join(
    '\n',
  );
};
