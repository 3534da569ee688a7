import { createClient } from '@redis/client';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startRedis, type RedisOptions, type RedisServer } from '../support/redis-server';
import { until } from '../support/download';
import { startSlowProxy, type SlowProxy } from '../support/slow-proxy';

const running: RedisServer[] = [];
const start = async (options?: RedisOptions): Promise<RedisServer> => {
  const redis = await startRedis(options);
  running.push(redis);
  return redis;
};

afterEach(async () => {
  for (const redis of running.splice(0)) await redis.stop();
});

/** Whether a promise settles within so many milliseconds. */
const settles = async (promise: Promise<unknown>, milliseconds: number): Promise<boolean> => {
  const done = promise.then(
    () => true,
    () => true,
  );
  return Promise.race([
    done,
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), milliseconds)),
  ]);
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('the Redis server of a test', () => {
  it('is a real one, and several run side by side without meeting', async () => {
    const [one, other] = await Promise.all([start(), start()]);
    await one.command('SET', 'name', 'one');
    expect(await one.command('GET', 'name')).toBe('one');
    expect(await other.command('GET', 'name')).toBeNull();
    expect(await one.command('INFO', 'server')).toContain(`process_id:${one.pid}\r\n`);
  });

  it('gives no answer while it is paused, and the answer when it goes on', async () => {
    const redis = await start();
    await redis.pause();
    const answer = redis.command('PING');
    expect(await settles(answer, 200)).toBe(false);
    redis.resume();
    expect(await answer).toBe('PONG');
  });

  it('refuses connections once it is killed, also while paused, and comes back empty on the same port', async () => {
    const redis = await start();
    const { port, pid } = redis;
    await redis.command('SET', 'key', 'value');
    await redis.command('SAVE');
    await redis.pause();
    await redis.kill();
    await expect(redis.command('PING')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await redis.restart();
    expect(await redis.command('GET', 'key')).toBeNull();
    expect(redis.port).toBe(port);
    expect(redis.pid).not.toBe(pid);
  });

  it('comes back as of its last snapshot', async () => {
    const redis = await start({ persistence: 'snapshot' });
    await redis.command('SET', 'key', 'before');
    await redis.command('SAVE');
    await redis.command('SET', 'key', 'after');
    await redis.restart();
    expect(await redis.command('GET', 'key')).toBe('before');
    await redis.restart({ empty: true });
    expect(await redis.command('GET', 'key')).toBeNull();
  });

  it('comes back with all that it had acknowledged', async () => {
    const redis = await start({ persistence: 'log' });
    await redis.command('SET', 'key', 'value');
    await redis.kill();
    await redis.restart();
    expect(await redis.command('GET', 'key')).toBe('value');
    await redis.restart({ empty: true });
    expect(await redis.command('GET', 'key')).toBeNull();
  });

  it('asks for its password', async () => {
    const redis = await start({ password: 'open "sesame" #1' });
    expect(await redis.command('PING')).toBe('PONG');
    const client = createClient({
      url: `redis://127.0.0.1:${redis.port}`,
      socket: { reconnectStrategy: false },
    });
    client.on('error', () => undefined);
    await client.connect();
    await expect(client.sendCommand(['PING'])).rejects.toThrow('NOAUTH');
    client.destroy();
  });

  it('speaks TLS alone, to clients that trust its certificate', async () => {
    const redis = await start({ tls: true });
    expect(redis.url).toMatch(/^rediss:/);
    expect(await redis.command('PING')).toBe('PONG');
    const distrustful = createClient({ url: redis.url, socket: { tls: true, reconnectStrategy: false } });
    distrustful.on('error', () => undefined);
    await expect(distrustful.connect()).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  it('gives the file that makes another Node process trust its certificate', async () => {
    const redis = await start({ tls: true });
    const script = `require('node:tls').connect({ host: '127.0.0.1', port: ${redis.port} })
      .on('secureConnect', () => process.exit(0)).on('error', (error) => { throw error; })`;
    const child = spawn(process.execPath, ['-e', script], {
      env: { ...process.env, NODE_OPTIONS: '', NODE_EXTRA_CA_CERTS: redis.caFile },
      stdio: 'ignore',
    });
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('refuses writes above its memory, and still reads', async () => {
    const redis = await start({ maxmemory: '4mb' });
    await redis.command('SET', 'small', 'value');
    const fill = async (): Promise<void> => {
      for (let key = 0; key < 100; key += 1) await redis.command('SET', `${key}`, 'x'.repeat(2 ** 16));
    };
    await expect(fill()).rejects.toThrow(/^OOM /);
    expect(await redis.command('GET', 'small')).toBe('value');
  });

  it('says what it wrote when it cannot start', async () => {
    await expect(start({ settings: { 'no-such-setting': '1' } })).rejects.toThrow(/no-such-setting/);
  });

  it('ends, and its folder goes, with the process that started it', async () => {
    const script = join(__dirname, '..', 'support', 'redis-child.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', script], {
      cwd: join(__dirname, '..', '..'),
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const { pid, folder } = JSON.parse(line) as { pid: number; folder: string };
    expect(isAlive(pid) && existsSync(folder)).toBe(true);
    process.kill(pid, 'SIGSTOP');
    child.kill('SIGKILL');
    await until(() => !isAlive(pid) && !existsSync(folder));
  });

  it('leaves nothing behind when it is stopped', async () => {
    const redis = await start({ tls: true });
    const { pid, folder } = redis;
    expect(existsSync(folder)).toBe(true);
    await redis.stop();
    await redis.stop();
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(folder)).toBe(false);
    await expect(redis.command('PING')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('a slow proxy in front of it', () => {
  let redis: RedisServer;
  let proxy: SlowProxy;
  let client: ReturnType<typeof createClient>;

  beforeEach(async () => {
    redis = await start();
    proxy = await startSlowProxy(redis.url);
    client = createClient({ url: proxy.urlFor(redis.url), socket: { reconnectStrategy: false } });
    client.on('error', () => undefined);
    await client.connect();
  });

  afterEach(async () => {
    if (client.isOpen) client.destroy();
    await proxy.close();
  });

  it('delays what the server answers, in order also when the delay ends', async () => {
    proxy.delayReplies(300);
    const began = performance.now();
    await client.sendCommand(['PING']);
    expect(performance.now() - began).toBeGreaterThan(290);

    const first = client.sendCommand(['ECHO', 'first']);
    expect(await settles(first, 100)).toBe(false);
    proxy.delayReplies(0);
    expect(await Promise.all([first, client.sendCommand(['ECHO', 'second'])])).toEqual(['first', 'second']);
  });

  it('swallows everything, on old and new connections, until it delivers it', async () => {
    proxy.blackhole();
    const late = createClient({ url: proxy.urlFor(redis.url), socket: { reconnectStrategy: false } });
    late.on('error', () => undefined);
    const answers = Promise.all([
      client.sendCommand(['SET', 'key', 'value']),
      late.connect().then(() => late.sendCommand(['PING'])),
    ]);
    expect(await settles(answers, 200)).toBe(false);
    expect(await redis.command('GET', 'key')).toBeNull();
    proxy.deliver();
    expect(await answers).toEqual(['OK', 'PONG']);
    late.destroy();
  });

  it('refuses connections until it accepts them again', async () => {
    await proxy.refuse();
    await expect(client.sendCommand(['PING'])).rejects.toThrow();
    const next = createClient({ url: proxy.urlFor(redis.url), socket: { reconnectStrategy: false } });
    next.on('error', () => undefined);
    await expect(next.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await proxy.accept();
    await next.connect();
    expect(await next.sendCommand(['PING'])).toBe('PONG');
    next.destroy();
  });
});
