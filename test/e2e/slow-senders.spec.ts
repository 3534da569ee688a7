import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { startTestApp, type TestApp } from '../support/test-app';

/** Milliseconds; a sender of the tests either stops for good or pauses for a small part of it. */
const IDLE = 1_500;
const PAUSE = 100;

let app: TestApp;
let token: string;

beforeAll(async () => {
  app = await startTestApp({}, { idleSenderMs: IDLE });
  ({ token } = await app.register());
});

const sockets: Socket[] = [];

afterAll(() => {
  // The program would wait for them as it closes.
  for (const socket of sockets) socket.destroy();
  return app.close();
});

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A connection with the head of a request sent, and what was answered on it so far. */
const open = (path: string, type: string, length: number): { socket: Socket; answer: () => string } => {
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  sockets.push(socket);
  let answer = '';
  socket.on('data', (data) => (answer += data.toString()));
  socket.on('error', () => undefined);
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`,
  );
  return { socket, answer: () => answer };
};

describe('The sender of a body', () => {
  it.each([
    ['/api/jobs', 'application/json', '{"title":'],
    ['/api/jobs/import', 'application/x-ndjson', '{"title":"a"}\n'],
    ['/api/nothing', 'application/json', '{'],
    ['/api/jobs', 'application/json', ''],
  ])('who stops in the middle (%s, %s, %p) is cut off', async (path, type, begin) => {
    const { socket } = open(path, type, 1_000);
    const started = performance.now();
    socket.write(begin);
    await once(socket, 'close', { signal: AbortSignal.timeout(10 * IDLE) });
    expect(performance.now() - started).toBeGreaterThan(IDLE * 0.9);
  });

  it.each(['/api/auth/login', '/api/jobs', '/api/nothing'])(
    'who goes on slowly, to have it kept in memory (%s), is cut off',
    async (path) => {
      const { socket } = open(path, 'application/json', 1_000);
      const started = performance.now();
      const trickle = setInterval(() => socket.write(' '), PAUSE);
      await once(socket, 'close', { signal: AbortSignal.timeout(10 * IDLE) });
      clearInterval(trickle);
      expect(performance.now() - started).toBeGreaterThan(IDLE * 0.9);
    },
  );

  it('who goes on slowly with an import is served, however long it takes', async () => {
    const body = Array.from({ length: 30 }, (_, n) => `{"title":"Job ${n}"}\n`);
    const { socket, answer } = open('/api/jobs/import', 'application/x-ndjson', body.join('').length);
    const started = performance.now();
    for (const line of body) {
      socket.write(line);
      await pause(PAUSE);
    }
    expect(performance.now() - started).toBeGreaterThan(1.5 * IDLE);
    while (!answer().includes('"created":30')) {
      if (socket.destroyed) throw new Error(`Cut off: ${answer()}`);
      await pause(PAUSE);
    }
    socket.destroy();
  });

  it('who has sent everything may wait for the answer longer than that', async () => {
    const held = app.query(`DO $$ BEGIN LOCK TABLE jobs; PERFORM pg_sleep(${(2 * IDLE) / 1_000}); END $$`);
    const body = '{"title":"Patient"}';
    const { socket, answer } = open('/api/jobs', 'application/json', body.length);
    socket.write(body);
    await held;
    while (!answer().startsWith('HTTP/1.1 201 ')) {
      if (socket.destroyed) throw new Error(`Cut off: ${answer()}`);
      await pause(PAUSE);
    }
    socket.destroy();
  });
});
