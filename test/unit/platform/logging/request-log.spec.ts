import { fastify, type FastifyInstance } from 'fastify';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { LARGE_MEMORY_DELTA, logRequests } from '../../../../src/platform/logging';
import { eventually } from '../../../support/eventually';

interface Line {
  level: number;
  msg: string;
  req: { id: string; method: string; path: string; route?: string };
  res: { status: number };
  durationMs: number;
  userId?: string;
  aborted?: true;
  memoryDelta?: number;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const [INFO, WARN, ERROR] = [30, 40, 50];

let server: FastifyInstance;
let url: string;
let lines: Line[];
/** What a route has taken must not be collected before it is measured. */
const held: unknown[] = [];

beforeAll(async () => {
  server = fastify();
  const log = pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line) as Line) });
  logRequests(server, log, {
    slow: 100,
    verySlow: 300,
    userOf: ({ headers }) => headers['x-user'] as string | undefined,
    isLong: (request) => request.url.startsWith('/long'),
  });
  server.get('/wait/:ms', async (request) => delay(Number((request.params as { ms: string }).ms), 'done'));
  server.get('/long/:ms', async (request) => delay(Number((request.params as { ms: string }).ms), 'done'));
  server.get('/unavailable', (_request, reply) => reply.code(503).send());
  server.get('/fails', () => Promise.reject(new Error('on purpose')));
  server.get('/buffers', async () => {
    held.push(Buffer.alloc(6 * LARGE_MEMORY_DELTA, 1));
    return delay(20, 'done');
  });
  server.get('/heap', async () => {
    held.push(Array.from({ length: 4_000_000 }, (_each, index) => ({ index })));
    return delay(20, 'done');
  });
  url = await server.listen({ port: 0, host: '127.0.0.1' });
});
beforeEach(() => (lines = []));
afterEach(() => held.splice(0));
afterAll(() => server.close());

const ask = async (path: string, headers: Record<string, string> = {}): Promise<Line> => {
  await (await fetch(url + path, { headers })).text();
  const [line] = await eventually(
    () => lines,
    (found) => found.length > 0,
  );
  if (line === undefined) throw new Error('No line');
  return line;
};

describe('The line of a request', () => {
  it('has its route, its duration and its user, and neither its query nor its headers', async () => {
    const line = await ask('/wait/5?q=secret', { 'x-user': 'ann', authorization: 'Bearer secret' });
    expect(line).toMatchObject({
      level: INFO,
      msg: 'request',
      req: { method: 'GET', path: '/wait/5', route: '/wait/{ms}' },
      res: { status: 200 },
      userId: 'ann',
    });
    expect(line.durationMs).toBeGreaterThanOrEqual(4);
    expect(line.durationMs).toBeLessThan(10_000);
    expect(JSON.stringify(line)).not.toContain('secret');
    expect(line).not.toHaveProperty('memoryDelta');
    expect(line).not.toHaveProperty('aborted');
    expect(lines).toHaveLength(1);
  });

  it('has no route where the path is none, and no user where none is known', async () => {
    const line = await ask('/made/up');
    expect(line).toMatchObject({ level: INFO, req: { path: '/made/up' }, res: { status: 404 } });
    expect(line.req).not.toHaveProperty('route');
    expect(line).not.toHaveProperty('userId');
  });

  it.each([
    ['/wait/110', WARN, 'slow request'],
    ['/wait/310', ERROR, 'very slow request'],
    ['/long/310', INFO, 'request'],
    ['/fails', ERROR, 'request failed'],
    ['/unavailable', WARN, 'request refused'],
  ])('of %s is of level %d: %s', async (path, level, msg) => {
    expect(await ask(path)).toMatchObject({ level, msg });
  });

  it.each(['/heap', '/buffers'])('says how much memory was taken when it was much: %s', async (path) => {
    // What others have left is not to be collected while this is measured; buffers are given back after a collection.
    for (let turn = 0; turn < 3; turn += 1) {
      collect();
      await delay(20);
    }
    const { memoryDelta } = await ask(path);
    expect(memoryDelta).toBeGreaterThanOrEqual(LARGE_MEMORY_DELTA);
    expect(memoryDelta).toBeLessThan(10 * LARGE_MEMORY_DELTA);
  });

  it('says that the client left before it had the answer', async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET /wait/1000 HTTP/1.1\r\nhost: test\r\n\r\n');
    await delay(50);
    socket.destroy();
    const [line] = await eventually(
      () => lines,
      (found) => found.length > 0,
    );
    await delay(1000);
    expect(lines).toHaveLength(1);
    expect(line).toMatchObject({
      aborted: true,
      res: { status: 499 },
      msg: 'request',
      req: { route: '/wait/{ms}' },
    });
  });
});
