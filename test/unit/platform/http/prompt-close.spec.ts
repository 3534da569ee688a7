import fastify, { type FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { closePromptly } from '../../../../src/platform/http';

/** More than the network holds for a client that does not read. */
const BIG = 20_000_000;

/** Milliseconds; a server that waits for clients does so for minutes, or without end. */
const SOON = 5_000;

/** A moment at which something is let go on. */
class Gate {
  open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}

let server: FastifyInstance;
let sockets: Socket[];
let big: Gate;
let small: Gate;

beforeEach(async () => {
  sockets = [];
  big = new Gate();
  small = new Gate();
  server = fastify();
  closePromptly(server);
  server.get('/big', async () => big.opened.then(() => 'x'.repeat(BIG)));
  server.get('/small', async () => small.opened.then(() => 'small'));
  await server.listen({ host: '127.0.0.1', port: 0 });
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await server.close();
});

/** Opens a connection, says `text` on it and gives it when the server has it, and the request if it is one. */
const say = async (text: string): Promise<Socket> => {
  const arrived = text.endsWith('\r\n\r\n')
    ? once(server.server, 'request')
    : once(server.server, 'connection');
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  if (text !== '') socket.write(text);
  await arrived;
  return socket;
};

const get = (path: string): Promise<Socket> => say(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);

/** The bytes that come until the connection is closed. */
const received = async (socket: Socket): Promise<number> => {
  let bytes = 0;
  socket.on('data', (data) => (bytes += data.length)).resume();
  await once(socket, 'close');
  return bytes;
};

const duration = async (work: PromiseLike<unknown>): Promise<number> => {
  const started = performance.now();
  await work;
  return performance.now() - started;
};

const until = async (isSo: () => boolean): Promise<void> => {
  const deadline = performance.now() + SOON;
  while (!isSo() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('A server that closes', () => {
  it.each([
    ['has asked nothing yet', ''],
    ['has sent half the head of a request', 'GET /small HTTP/1.1\r\nHo'],
  ])('does not wait for a client that %s', async (_what, text) => {
    await say(text);
    expect(await duration(server.close())).toBeLessThan(SOON);
  });

  it('does not wait for a client that keeps its connection for a next request', async () => {
    small.open();
    const client = await get('/small');
    await once(client, 'data');
    expect(await duration(server.close())).toBeLessThan(SOON);
  });

  it('lets a slow client take all of its answer, though others are closed meanwhile, and then closes', async () => {
    const slow = (await get('/big')).pause();
    const other = await get('/small');
    const closing = server.close();
    await until(() => !server.server.listening);
    big.open();
    await until(() => slow.readableLength > 0);
    small.open();
    expect(await received(other)).toBeGreaterThan(0);
    expect(await received(slow)).toBeGreaterThan(BIG);
    expect(await duration(closing)).toBeLessThan(SOON);
  });

  it('lets a slow client take all of an answer that was made before', async () => {
    big.open();
    const slow = (await get('/big')).pause();
    await until(() => slow.readableLength > 0);
    const closing = server.close();
    await until(() => !server.server.listening);
    expect(await received(slow)).toBeGreaterThan(BIG);
    expect(await duration(closing)).toBeLessThan(SOON);
  });
});
