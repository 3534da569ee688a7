import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { eventually } from '../support/eventually';
import { HttpReader } from '../support/faults/http-reader';
import { importLongJobs } from '../support/faults/many-jobs';
import { ObservedDatabase } from '../support/faults/observed-database';
import { residentBytes } from '../support/faults/process-tree';
import { ServedProgram } from '../support/faults/served-program';
import { BuiltProgram } from '../support/program';
import type { TestUser } from '../support/test-app';

/** Seconds. */
const CLIENT_TIMEOUT = 2;

/** Milliseconds between two bytes of who is slow and does not stall. */
const PACE = 100;

/**
 * Bytes that who reads slowly takes 50 times a second. The system tells the sender of that in portions of a third of what it
 * keeps for it, more than a megabyte: those must come more often than CLIENT_TIMEOUT.
 */
const SIP = 64 * 1024;

/** More, with what each has of text, than the system keeps of an answer for a client that does not read. */
const JOBS = 2_500;

let built: BuiltProgram;
let database: ObservedDatabase;
let program: ServedProgram;
let user: TestUser;
const sockets: Socket[] = [];

beforeAll(async () => {
  built = new BuiltProgram();
  database = await ObservedDatabase.make();
  program = await ServedProgram.start(built, {
    DATABASE_URL: database.url,
    CLIENT_TIMEOUT: String(CLIENT_TIMEOUT),
    LOG_LEVEL: 'warn',
  });
  user = await program.register();
  await importLongJobs(program, user, JOBS);
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await database.untilOpen(0);
});

afterAll(async () => {
  await built.remove();
  await database.remove();
});

const open = async (text = ''): Promise<Socket> => {
  const socket = connect(Number(new URL(program.url).port), '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  if (text !== '') socket.write(text);
  return socket;
};

/** Sends a text byte by byte, as long as the connection lasts. */
const trickle = (socket: Socket, text: string): void => {
  let sent = 0;
  const timer = setInterval(() => {
    if (socket.destroyed || sent === text.length) clearInterval(timer);
    else socket.write(text.charAt(sent++));
  }, PACE);
};

const head = (method: string, path: string, length = 0): string =>
  `${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${user.token}\r\n` +
  (length > 0 ? `Content-Type: application/x-ndjson\r\nContent-Length: ${length}\r\n\r\n` : '\r\n');

/** Until the program has ended the connection; others are served meanwhile. */
const expectCutOff = async (socket: Socket): Promise<void> => {
  const began = performance.now();
  socket.resume();
  await eventually(
    async () => {
      expect((await program.request('GET', '/api/profile', { token: user.token })).status).toBe(200);
      return socket.closed;
    },
    (closed) => closed,
  );
  expect(performance.now() - began).toBeGreaterThan(CLIENT_TIMEOUT * 500);
};

describe('A client that stalls is cut off after CLIENT_TIMEOUT', () => {
  it('as it says nothing at all', async () => {
    await expectCutOff(await open());
  });

  it('as it sends the head of a request byte by byte', async () => {
    const socket = await open('GET /api/profile HTTP/1.1\r\n');
    trickle(socket, `X-Slow: ${'x'.repeat(1_000)}`);
    await expectCutOff(socket);
  });

  it('as it stops in the middle of a body', async () => {
    await expectCutOff(await open(head('POST', '/api/jobs/import', 100) + '{"title":'));
  });

  it('as it does not read an export, whose connection is given back', async () => {
    const reader = await HttpReader.open(`${program.url}/api/jobs/export`, user.token);
    await database.untilOpen(1);
    await database.untilOpen(0);
    await reader.hurry().untilOver();
    expect(reader.whole).toBe(false);
  });

  it('as it asks again and again and reads nothing, at a bounded cost of memory', async () => {
    const tags = Array.from({ length: 50 }, (_, n) => `${n}`.padEnd(50, 'x'));
    const tagged = Array.from({ length: 100 }, (_, n) => `${JSON.stringify({ title: `job ${n}`, tags })}\n`);
    await program.request('POST', '/api/jobs/import', {
      token: user.token,
      body: tagged.join(''),
      headers: { 'content-type': 'application/x-ndjson' },
    });
    const before = residentBytes(program.program.pid);
    // Few enough to be read at once: the head of a further one would be waited for, and tell that its client stalls.
    const socket = await open(head('GET', '/api/jobs?limit=100').repeat(80));
    socket.pause();
    // Who does not read learns of the end by writing on; that begins no request.
    trickle(socket, '\r\n'.repeat(1_000));
    await eventually(
      () => socket.destroyed,
      (cut) => cut,
    );
    expect(residentBytes(program.program.pid) - before).toBeLessThan(200 * 1024 * 1024);
  });
});

describe('A client that is slow and does not stall is served', () => {
  it('as it sends a body byte by byte for longer than CLIENT_TIMEOUT', async () => {
    const body = `{"title":"${'x'.repeat((CLIENT_TIMEOUT * 1_500) / PACE)}"}`;
    const socket = await open(head('POST', '/api/jobs/import', body.length));
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    trickle(socket, body);
    await eventually(
      () => answer,
      (text) => text.includes('"created":1') || socket.closed,
    );
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });

  it('as it takes an export bit by bit for longer than CLIENT_TIMEOUT', async () => {
    const reader = (await HttpReader.open(`${program.url}/api/jobs/export`, user.token)).trickle(SIP);
    await new Promise((resolve) => setTimeout(resolve, CLIENT_TIMEOUT * 1_500));
    await reader.hurry().untilOver();
    expect(reader.whole).toBe(true);
  });
});
