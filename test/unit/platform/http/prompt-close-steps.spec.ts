import fastify, { type FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { closePromptly, problemFromError, problemDocument, type Door } from '../../../../src/platform/http';

/** Milliseconds; a server that waits for clients does so for minutes, or without end. */
const SOON = 5_000;

let server: FastifyInstance;
let door: Door;
let sockets: Socket[];
let letOn: () => void;

beforeEach(async () => {
  sockets = [];
  server = fastify({ return503OnClosing: false });
  server.setErrorHandler((error, request, reply) => {
    const problem = problemFromError(error, 0);
    return reply.code(problem.status).headers(problem.headers).send(problemDocument(problem, request));
  });
  door = closePromptly(server);
  const held = new Promise<void>((resolve) => (letOn = resolve));
  server.get('/now', () => 'now');
  server.get('/held', async () => held.then(() => 'held'));
  server.get('/raw', (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, ['content-length', '3']);
    reply.raw.end('raw');
  });
  server.get('/begun', (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { 'transfer-encoding': 'chunked' });
    reply.raw.write('begun');
    void held.then(() => reply.raw.end());
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
});

afterEach(async () => {
  letOn();
  for (const socket of sockets) socket.destroy();
  await server.close();
});

const portOf = (): number => (server.server.address() as AddressInfo).port;

/** A client that notes what it is told. */
class Client {
  heard = '';
  connected = false;
  closed = false;
  readonly socket: Socket;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    sockets.push(this.socket);
    this.socket.on('error', () => undefined);
    this.socket.on('data', (data) => (this.heard += data.toString()));
    this.socket.once('connect', () => (this.connected = true));
    this.socket.once('close', () => (this.closed = true));
  }

  ask(path: string): this {
    this.socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nX-Request-Id: mine\r\n\r\n`);
    return this;
  }

  async hears(text: RegExp): Promise<this> {
    await until(() => text.test(this.heard) || this.closed);
    expect(this.heard).toMatch(text);
    return this;
  }
}

const opened = async (): Promise<Client> => {
  const taken = once(server.server, 'connection');
  const client = new Client(portOf());
  await taken;
  return client;
};

const until = async (isSo: () => boolean, patience = SOON): Promise<void> => {
  const deadline = performance.now() + patience;
  while (!isSo() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
};

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Keeps the event loop from running. */
const hold = (milliseconds: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
};

/** Begins the close and resolves when the port is closed. */
const beginClose = async (): Promise<{ closed: Promise<void> }> => {
  const closed = server.close().then(() => undefined);
  await until(() => !server.server.listening);
  return { closed };
};

describe('A server that lets go of its clients', () => {
  it.each(['/now', '/raw'])('says so with each answer, however it is sent: %s', async (path) => {
    const before = await (await opened()).ask(path).hears(/\r\n\r\n\w+$/);
    expect(before.heard).toMatch(/^connection: keep-alive\r$/im);
    door.letGo();
    before.heard = '';
    await before.ask(path).hears(/^connection: close\r$/im);
    await until(() => before.closed);
    expect(before.closed).toBe(true);
    await (await opened()).ask(path).hears(/^connection: close\r$/im);
  });

  it('says so with answers that were asked for before', async () => {
    const asked = once(server.server, 'request');
    const client = (await opened()).ask('/held');
    await asked;
    door.letGo();
    letOn();
    await client.hears(/^connection: close\r$/im);
  });

  it('still takes new ones', async () => {
    door.letGo();
    await (await opened()).ask('/now').hears(/now$/);
  });
});

describe('A server that closes', () => {
  it('answers the first request of a connection that was opened just before', async () => {
    const client = await opened();
    const { closed } = await beginClose();
    await client.ask('/now').hears(/^HTTP\/1\.1 200 [^]*now$/);
    expect(client.heard).toMatch(/^connection: close\r$/im);
    await closed;
  });

  it('resets no connection that was made before its port closed: each is answered', async () => {
    const port = portOf();
    const clients: Client[] = [];
    const flood = setInterval(() => clients.push(new Client(port).ask('/now')), 5);
    await until(() => clients.filter(({ connected }) => connected).length >= 50);
    const { closed } = await beginClose();
    clearInterval(flood);
    await Promise.all([closed, until(() => clients.every((each) => each.closed))]);
    const taken = clients.filter(({ connected }) => connected);
    expect(taken.length).toBeGreaterThanOrEqual(50);
    expect(taken.map(({ heard }) => heard.slice(-3))).toEqual(taken.map(() => 'now'));
  });

  it('answers as ever what comes later on a connection that was not told', async () => {
    const client = (await opened()).ask('/begun');
    await client.hears(/begun/);
    const { closed } = await beginClose();
    await wait(1_100);
    const asked = once(server.server, 'request');
    client.ask('/now');
    await asked;
    letOn();
    await client.hears(/HTTP\/1\.1 200 [^]*HTTP\/1\.1 200 [^]*now$/);
    expect(client.heard).toMatch(/^connection: close\r$/im);
    await closed;
  });

  it('gives who was not told the time that it gave the others, after the end of the answer', async () => {
    const client = await (await opened()).ask('/begun').hears(/begun/);
    door.letGo();
    await wait(600);
    const { closed } = await beginClose();
    letOn();
    await client.hears(/0\r\n\r\n$/);
    await wait(200);
    await client.ask('/now').hears(/connection: close\r[^]*now$/i);
    await closed;
  });

  it('closes the connection of who asks nothing more after that time', async () => {
    const client = await (await opened()).ask('/begun').hears(/begun/);
    door.letGo();
    await wait(300);
    const { closed } = await beginClose();
    letOn();
    await closed;
    await until(() => client.closed);
    expect(client.closed).toBe(true);
  });

  it('reads what has come while the process did not run before it closes a connection', async () => {
    const client = await opened();
    const { closed } = await beginClose();
    client.ask('/now');
    // Longer than a new connection may stay without a request.
    hold(1_300);
    await client.hears(/^HTTP\/1\.1 200 [^]*now$/);
    await closed;
  });

  it('answers with a problem what comes when the rest is cut', async () => {
    const client = await opened();
    const { closed } = await beginClose();
    client.ask('/now');
    expect(door.cut()).toBe(0);
    await client.hears(/^HTTP\/1\.1 503 /);
    expect(client.heard).toMatch(/^retry-after: 1\r$/im);
    expect(client.heard).toMatch(/^connection: close\r$/im);
    expect(client.heard).toContain('"code":"unavailable"');
    await closed;
  });

  it('cuts what takes too long: with a problem where nothing of the answer is sent, else by its connection', async () => {
    const [held, begun] = [await opened(), await opened()];
    held.ask('/held');
    await begun.ask('/begun').hears(/begun/);
    const { closed } = await beginClose();
    expect(door.cut()).toBe(2);
    await held.hears(/^HTTP\/1\.1 503 /);
    expect(held.heard).toMatch(/^content-type: application\/problem\+json/im);
    expect(held.heard).toMatch(/^x-request-id: mine\r$/im);
    expect(held.heard).toMatch(/^retry-after: 1\r$/im);
    expect(JSON.parse(held.heard.split('\r\n\r\n')[1] ?? '')).toMatchObject({
      status: 503,
      code: 'unavailable',
      instance: '/held',
      requestId: 'mine',
    });
    await until(() => begun.closed);
    expect([begun.closed, begun.heard.endsWith('0\r\n\r\n')]).toEqual([true, false]);
    await closed;
    // Its handler comes too late, and harms nobody.
    letOn();
  });
});
