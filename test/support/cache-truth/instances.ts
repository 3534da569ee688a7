import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { AccessTokens } from '../../../src/auth/access-tokens';
import { BuiltProgram, type RunningProgram } from '../program';
import { startRedis, type RedisServer } from '../redis-server';
import { startSlowProxy, type SlowProxy } from '../slow-proxy';
import { PATIENT, send, startTestApp, TEST_SECRET_KEY } from '../test-app';
import { type TestApp, type TestRequest, type TestResponse } from '../test-app';

/** On a busy machine requests wait longer than a user would have them, and are answered all the same. */
const UNHURRIED = { ...PATIENT, REDIS_SOCKET_TIMEOUT: '1', LOAD_SHEDDING_ENABLED: 'false' } as const;

/** An instance that answers from its cache. */
export interface Instance {
  readonly name: 'near' | 'child';
  /** @throws when it ended before it answered */
  request(method: string, path: string, request: TestRequest): Promise<TestResponse>;
}

/**
 * Two instances with a cache and one without, on one Postgres and one Redis. `near` runs in this process and
 * reaches Redis through a proxy, `child` is a process of its own that can be killed, frozen and given a wrong clock.
 */
export class Instances {
  private readonly program = new BuiltProgram();
  private running: RunningProgram | undefined;
  private childUrl: string | undefined;
  private started = 0;

  private constructor(
    readonly redis: RedisServer,
    /** Between `near` and Redis. */
    readonly proxy: SlowProxy,
    /** Never answers from a cache. */
    readonly truth: TestApp,
    private readonly near: TestApp,
  ) {}

  static async start(): Promise<Instances> {
    const redis = await startRedis({ persistence: 'snapshot' });
    const proxy = await startSlowProxy(redis.url);
    const truth = await startTestApp({ ...UNHURRIED, REDIS_URL: redis.url, CACHE_ENABLED: 'false' });
    const throughProxy = { ...UNHURRIED, REDIS_URL: proxy.urlFor(redis.url) };
    const near = await startTestApp(throughProxy, { databaseUrl: truth.databaseUrl });
    const instances = new Instances(redis, proxy, truth, near);
    await instances.startChild().catch(async (error: unknown) => {
      await instances.stop();
      throw error;
    });
    return instances;
  }

  /** Gives a token of a new user, without the work that a password makes. */
  async newUser(): Promise<string> {
    const id = randomUUID();
    await this.truth.query('INSERT INTO users (id, email, password_hash) VALUES ($1, $2, $3)', [
      ...[id, `${id}@example.com`],
      'none',
    ]);
    const sessionId = randomUUID();
    return this.truth.app.get(AccessTokens, { strict: false }).issue({ id, role: 'user', sessionId });
  }

  /** Those that can be asked now. */
  get all(): Instance[] {
    const near: Instance = { name: 'near', request: (...request) => this.near.request(...request) };
    const { childUrl } = this;
    if (childUrl === undefined) return [near];
    return [near, { name: 'child', request: (...request) => send(childUrl, ...request) }];
  }

  /** Has the child die right after the next commit of what a user writes. */
  doomChild(): Promise<void> {
    return this.command('die');
  }

  /** Ends the child if it still runs; another one takes its place. */
  async replaceChild(): Promise<void> {
    this.childUrl = undefined;
    await this.running?.stop('SIGKILL');
    await this.startChild();
  }

  /** Sets the child's clock this far off. Milliseconds. */
  shiftClock(milliseconds: number): Promise<void> {
    return this.command(`shift ${milliseconds}`);
  }

  /** Freezes the child, or lets it go on. */
  signalChild(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.running?.signal(signal);
  }

  async stop(): Promise<void> {
    this.signalChild('SIGCONT');
    await this.running?.stop('SIGKILL');
    await this.program.remove();
    this.proxy.deliver();
    await this.near.close();
    await this.truth.close();
    await this.proxy.close();
    await this.redis.stop();
  }

  private async startChild(): Promise<void> {
    this.started += 1;
    this.running = this.program.start({
      ...UNHURRIED,
      NODE_ENV: 'test',
      LOG_LEVEL: 'error',
      RATE_LIMIT_ENABLED: 'false',
      SECRET_KEY: TEST_SECRET_KEY,
      DATABASE_URL: this.truth.databaseUrl,
      MIGRATE_ON_START: 'false',
      REDIS_URL: this.redis.url,
      NODE_OPTIONS: `--require ${join(__dirname, 'child-control.cjs')}`,
      CONTROL_SOCKET: this.controlSocket,
    });
    this.childUrl = await this.running.url();
  }

  private get controlSocket(): string {
    return join(this.program.folder, `control-${this.started}`);
  }

  private async command(text: string): Promise<void> {
    const socket = connect(this.controlSocket);
    socket.end(text);
    socket.resume();
    await once(socket, 'close');
  }
}
