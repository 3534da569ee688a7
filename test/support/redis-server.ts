import { createClient } from '@redis/client';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChildServer, type ServerKind } from './child-server';
import { environmentOf, findProgram, type ServerProgram } from './program-files';
import { makeSelfSigned } from './self-signed';

/** How the server is set up. All are off when left out. */
export interface RedisOptions {
  password?: string;
  /** Serves TLS alone, with a certificate made for this server: see {@link RedisServer.ca}. */
  tls?: boolean;
  /** Bytes, or as in `4mb`; writes above it are refused with an OOM error. */
  maxmemory?: string;
  /**
   * What `restart()` finds: `none` (the default) nothing; `snapshot` what the last `SAVE` wrote, so a state of before;
   * `log` every write that was acknowledged.
   */
  persistence?: 'none' | 'snapshot' | 'log';
  /** More settings of redis.conf by name. */
  settings?: Readonly<Record<string, string>>;
}

/** A Redis that is not there is an error after so long. Milliseconds. */
const PATIENCE = 10_000;

const REDIS: ServerProgram = {
  name: 'redis-server',
  variable: 'REDIS_SERVER',
  package: 'redis-server',
  // redis-server is a link to a program of redis-tools. Debian 12 and 13 number some libraries differently.
  libraries: [
    ...['redis-tools', 'libatomic1', 'libjemalloc2', 'liblzf1', 'libhiredis0.14', 'libhiredis1.1.0'],
    ...['liblua5.1-0', 'lua-bitop', 'lua-cjson'],
  ],
  hint: 'Debian and Ubuntu: apt-get install redis-server; macOS: brew install redis',
};

/** Starts a real redis-server on a free port of 127.0.0.1. End it with `stop()`. @throws Error where there is none */
export const startRedis = (options: RedisOptions = {}): Promise<RedisServer> => RedisServer.start(options);

/** A Redis server of one test. It ends with this process at the latest, however that ends. */
export class RedisServer {
  private constructor(
    private readonly server: ChildServer,
    private readonly options: RedisOptions,
    /** With `tls`: the certificate (PEM) that a client has to trust, as `socket: { tls: true, ca }`. */
    readonly ca: string | undefined,
  ) {}

  /** See {@link startRedis}. */
  static async start(options: RedisOptions): Promise<RedisServer> {
    const files = await findProgram(REDIS);
    const pair = options.tls === true ? makeSelfSigned() : undefined;
    const kind: ServerKind = {
      name: 'redis',
      ready: /Ready to accept connections/,
      portTaken: /Address already in use/,
      prepare: async (folder, port) => {
        const file = join(folder, 'redis.conf');
        if (pair !== undefined) {
          await writeFile(join(folder, 'certificate.pem'), pair.certificate);
          await writeFile(join(folder, 'key.pem'), pair.key, { mode: 0o600 });
        }
        await writeFile(file, configuration(options, folder, port), { mode: 0o600 });
        return { file: files.file, args: [file], env: environmentOf(files) };
      },
    };
    return new RedisServer(await ChildServer.start(kind), options, pair?.certificate);
  }

  get port(): number {
    return this.server.port;
  }

  /** Changes with each restart. @throws Error while it does not run */
  get pid(): number {
    return this.server.pid;
  }

  /** Its settings, data and output (`output.log`). */
  get folder(): string {
    return this.server.folder;
  }

  /** For `REDIS_URL`: with the password, and `rediss:` with TLS. */
  get url(): string {
    const { password, tls } = this.options;
    const credentials = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
    return `${tls === true ? 'rediss' : 'redis'}://${credentials}127.0.0.1:${this.port}`;
  }

  /** With `tls`: a file of {@link ca}, for NODE_EXTRA_CA_CERTS of a process that is started afterwards. */
  get caFile(): string {
    return join(this.folder, 'certificate.pem');
  }

  /** Freezes it: whoever asks gets no answer, and no error. */
  pause(): Promise<void> {
    return this.server.pause();
  }

  /** Ends `pause()`. */
  resume(): void {
    this.server.resume();
  }

  /** Ends it the hard way; connections break, new ones are refused, its port stays its own. */
  kill(): Promise<void> {
    return this.server.kill();
  }

  /**
   * Kills it if it runs, and starts it on the same port.
   * @param empty without what `persistence` has kept
   */
  async restart({ empty = this.options.persistence === undefined } = {}): Promise<void> {
    await this.server.kill();
    if (empty || this.options.persistence === 'none') await this.forget();
    await this.server.start();
  }

  /** Ends it and removes its files. Safe to call twice. */
  stop(): Promise<void> {
    return this.server.stop();
  }

  /**
   * Sends one command on a connection of its own, such as `command('SAVE')` or `command('GET', 'key')`.
   * @throws the error that the server answers, or none answering for ten seconds
   */
  async command<Reply = unknown>(...parts: string[]): Promise<Reply> {
    const socket = { connectTimeout: PATIENCE, socketTimeout: PATIENCE, reconnectStrategy: false as const };
    const client = createClient({
      url: this.url,
      socket: this.ca === undefined ? socket : { ...socket, tls: true as const, ca: this.ca },
      // Counts of commands should show those of the test.
      disableClientInfo: true,
    });
    let broken: Error | undefined;
    client.on('error', (error: Error) => (broken = error));
    try {
      await client.connect();
      return await client.sendCommand<Reply & string>(parts);
    } catch (error) {
      throw broken ?? error;
    } finally {
      // It throws on one that is closed.
      if (client.isOpen) client.destroy();
    }
  }

  private async forget(): Promise<void> {
    for (const name of await readdir(this.folder)) {
      if (name === 'dump.rdb' || name === 'appendonlydir' || name === 'appendonly.aof')
        await rm(join(this.folder, name), { recursive: true });
    }
  }
}

/** The text of redis.conf; a password in it is in no list of processes. */
const configuration = (options: RedisOptions, folder: string, port: number): string => {
  const { password, tls, maxmemory, persistence, settings } = options;
  const log = persistence === 'log';
  const all: Record<string, string> = {
    bind: '127.0.0.1',
    dir: folder,
    save: '""',
    appendonly: log ? 'yes' : 'no',
    ...(log ? { appendfsync: 'always' } : {}),
    'maxmemory-policy': 'noeviction',
    ...(maxmemory === undefined ? {} : { maxmemory }),
    ...(password === undefined ? {} : { requirepass: JSON.stringify(password) }),
    ...(tls === true ? { port: '0', 'tls-port': String(port), ...TLS } : { port: String(port) }),
    ...settings,
  };
  return Object.entries(all).reduce((text, [name, value]) => `${text}${name} ${value}\n`, '');
};

/** File names are relative to the folder that the server runs in. */
const TLS = { 'tls-cert-file': 'certificate.pem', 'tls-key-file': 'key.pem', 'tls-auth-clients': 'no' };
