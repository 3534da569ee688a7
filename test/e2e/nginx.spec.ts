import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ChildServer, freePort } from '../support/child-server';
import { eventually } from '../support/eventually';
import { deployedSite, startNginx, writeNginx } from '../support/nginx';
import { readRepositoryFile } from '../support/repository-files';
import { requireProgram } from '../support/required-program';

const nginx = requireProgram('nginx');

/** Seconds that `SHUTDOWN_DELAY` is in production. */
const SHUTDOWN_DELAY = 5;

/** Far more than the network holds for a client that does not read: 200 MiB of parts. */
const MANY_PARTS = 3_200;

describe('The configuration of nginx', () => {
  it('closes idle connections to an instance before that closes its port', () => {
    const [, seconds] = /upstream jobtrail \{[^}]*keepalive_timeout (\d+)s;/.exec(
      readRepositoryFile('deploy/nginx/jobtrail.conf'),
    )!;
    expect(Number(seconds)).toBeLessThan(SHUTDOWN_DELAY);
  });
});

/** An instance that does what a test says; notes the requests that it got. */
class Instance {
  readonly got: { method: string; headers: IncomingMessage['headers']; body: string }[] = [];
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) =>
    response.end('ok');
  /** What has come first of a body, before its end. */
  readonly firstBytes: Promise<string>;
  private readonly server: Server;

  constructor() {
    let tell: (bytes: string) => void;
    this.firstBytes = new Promise((resolve) => (tell = resolve));
    this.server = createServer((request, response) => {
      let body = '';
      request.once('data', (data: Buffer) => tell(data.toString()));
      request.on('data', (data: Buffer) => (body += data.toString()));
      request.on('end', () => {
        this.got.push({ method: request.method ?? '', headers: request.headers, body });
        this.answer(request, response);
      });
    });
  }

  async listen(): Promise<number> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** Breaks the connection of a request that it has read. */
const breakOff = (request: IncomingMessage): void => void request.socket.destroy();

nginx.describe('nginx before two instances', () => {
  let proxy: ChildServer;
  let instances: [Instance, Instance];
  let url: string;

  beforeEach(async () => {
    instances = [new Instance(), new Instance()];
    proxy = await startNginx(nginx.file, await Promise.all(instances.map((each) => each.listen())));
    url = `http://127.0.0.1:${proxy.port}`;
  });
  afterEach(async () => {
    await proxy.stop();
    for (const each of instances) each.stop();
  });

  const got = (): Instance['got'] => instances.flatMap((each) => each.got);

  const send = async (method: string, path = '/api/jobs', headers: Record<string, string> = {}) => {
    const body = ['GET', 'HEAD', 'DELETE'].includes(method) ? {} : { body: '{"title":"x"}' };
    const response = await fetch(url + path, { method, headers, ...body });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  it('accepts the configuration, without a warning', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jobtrail-nginx-check-'));
    try {
      const site = deployedSite(`127.0.0.1:${await freePort()}`, [3001, 3002]);
      const args = await writeNginx(folder, site);
      const { stderr } = await promisify(execFile)(nginx.file, ['-t', ...args]);
      expect(stderr).toContain('test is successful');
      expect(stderr).not.toMatch(/\[(warn|error|emerg)\]/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('tells who asked for what, and leaves the rest of the request as it is', async () => {
    const { text } = await send('GET', '/api/jobs?limit=1', {
      'x-forwarded-for': '203.0.113.9',
      'x-request-id': 'mine',
      'accept-encoding': 'br',
      'if-none-match': '"a"',
    });
    expect(text).toBe('ok');
    expect(got()[0]?.headers).toMatchObject({
      'x-forwarded-for': '203.0.113.9, 127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': '127.0.0.1',
      'x-request-id': 'mine',
      'accept-encoding': 'br',
      'if-none-match': '"a"',
    });
    // Else it could not be kept for the next request.
    expect(got()[0]?.headers.connection).not.toBe('close');
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE'])(
    'asks the other instance when one breaks off during %s, which may be done twice',
    async (method) => {
      for (const [index, each] of instances.entries())
        each.answer = (request, response) =>
          index === 0 && instances[1].got.length === 0 ? breakOff(request) : response.end('other');
      const answers = [await send(method), await send(method)];
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(instances[0].got.length).toBe(1);
    },
  );

  it.each(['POST', 'PATCH'])(
    'sends a %s that broke off to nobody else: it may have been done',
    async (method) => {
      for (const each of instances) each.answer = breakOff;
      const { status, headers, text } = await send(method);
      expect(got()).toHaveLength(1);
      expect(status).toBe(503);
      expect(headers.get('content-type')).toBe('application/problem+json');
      expect(headers.get('retry-after')).toBe('1');
      expect(JSON.parse(text)).toMatchObject({ status: 503, code: 'unavailable' });
    },
  );

  it.each([
    '/api/jobs',
    '/api/jobs/?x=1',
    '/api/jobs/bulk/status',
    '/api/jobs/7/archive',
    '/api/jobs/7/status-events/',
    '/api/exports',
  ])('sends a POST to %s with an Idempotency-Key to the other instance: it is done once', async (path) => {
    let broken = 0;
    for (const each of instances)
      each.answer = (request, response) => (broken++ === 0 ? breakOff(request) : response.end('done'));
    const { status, text } = await send('POST', path, { 'idempotency-key': 'k' });
    expect([status, text]).toEqual([200, 'done']);
    expect(got().map(({ body, headers }) => [body, headers['idempotency-key']])).toEqual(
      Array(2).fill(['{"title":"x"}', 'k']),
    );
  });

  it.each([
    ['POST', '/api/auth/refresh'],
    ['POST', '/api/auth/register'],
    ['POST', '/api/jobs/import'],
    ['PATCH', '/api/jobs/7'],
    ['PATCH', '/api/profile'],
  ])('sends a %s of %s once: its Idempotency-Key is not looked at', async (method, path) => {
    for (const each of instances) each.answer = breakOff;
    const { status } = await send(method, path, { 'idempotency-key': 'k', 'if-match': '"1"' });
    expect([status, got().length]).toEqual([503, 1]);
  });

  it('sends every request to the other instance while one does not listen', async () => {
    instances[0].stop();
    for (const method of ['GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'POST'])
      expect([method, (await send(method)).status]).toEqual([method, 200]);
    expect(instances[1].got).toHaveLength(6);
  });

  it('repeats no 503, and takes nobody out for one: it says when to come back', async () => {
    for (const each of instances)
      each.answer = (_request, response) => response.writeHead(503, { 'retry-after': '5' }).end('busy');
    for (let n = 1; n <= 8; n += 1) {
      const { status, headers, text } = await send('GET');
      expect([status, headers.get('retry-after'), text]).toEqual([503, '5', 'busy']);
      expect(got()).toHaveLength(n);
    }
  });

  it('answers with a problem when nobody listens, and when a body is too large for JSON, but not for an import', async () => {
    const big = 'x'.repeat(9 * 1024 * 1024);
    const post = (path: string) => fetch(url + path, { method: 'POST', body: big });
    const tooLarge = await post('/api/jobs');
    expect([tooLarge.status, tooLarge.headers.get('content-type')]).toEqual([
      413,
      'application/problem+json',
    ]);
    expect(await tooLarge.json()).toMatchObject({ code: 'payload_too_large' });
    expect((await post('/api/jobs/import')).status).toBe(200);
    expect(got().map(({ body }) => body.length)).toEqual([big.length]);
    for (const each of instances) each.stop();
    const { status, text } = await send('GET');
    expect([status, (JSON.parse(text) as { code: string }).code]).toEqual([503, 'unavailable']);
  });

  it('takes no more of an export than its client does, instead of filling the disk with it', async () => {
    const part = Buffer.alloc(64 * 1024, 'x');
    let parts = 0;
    for (const each of instances)
      each.answer = (_request, response) => {
        const fill = (): void => {
          for (let goesOn = true; goesOn && parts < MANY_PARTS; parts += 1) goesOn = response.write(part);
        };
        response.on('drain', fill);
        fill();
      };
    const client = connect(proxy.port, '127.0.0.1').pause();
    client.write('GET /api/jobs/export HTTP/1.1\r\nHost: x\r\n\r\n');
    // Until nothing moves any more.
    let before = -1;
    await eventually(
      async () => {
        before = parts;
        await new Promise((resolve) => setTimeout(resolve, 500));
        return parts;
      },
      (now) => now > 0 && now === before,
    );
    client.destroy();
    expect(parts).toBeLessThan(MANY_PARTS);
  });

  it('passes the lines of an import on as they come', async () => {
    const arrived = Promise.race(instances.map((each) => each.firstBytes));
    const importing = request(`${url}/api/jobs/import`, { method: 'POST' });
    importing.on('error', () => undefined);
    importing.write('first\n');
    expect(await arrived).toBe('first\n');
    importing.destroy();
  });

  it('keeps metrics from everybody', async () => {
    expect((await send('GET', '/metrics')).status).toBe(404);
    expect(got()).toEqual([]);
  });
});
