import { once } from 'node:events';
import { createServer, Socket, type AddressInfo, type Server } from 'node:net';
import { Worker } from 'node:worker_threads';
import { inQuietMoment } from '../../../../src/platform/http/quiet-moment';

let server: Server;

beforeEach(async () => {
  server = createServer((socket) => socket.on('error', () => undefined).end('taken'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => void server.close());

const CLIENTS = 20;

/** A thread of clients: counts those that the system has connected, and tells at the end what each has heard. */
const CLIENT_THREAD = `
  const { connect } = require('node:net');
  const { parentPort, workerData } = require('node:worker_threads');
  const connected = new Int32Array(workerData.connected);
  const hears = () => new Promise((resolve) => {
    let heard = '';
    connect(workerData.port, '127.0.0.1', () => {
      Atomics.add(connected, 0, 1);
      Atomics.notify(connected, 0);
    })
      .on('error', (error) => resolve(error.code))
      .on('data', (data) => (heard += data))
      .on('end', () => resolve(heard));
  });
  Promise.all(Array.from({ length: workerData.clients }, hears)).then((all) => parentPort.postMessage(all));`;

/** Clients that wait for this thread, which has been held up until the system had connected them all. */
const waitingClients = (): Promise<string[]> => {
  const connected = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const { port } = server.address() as AddressInfo;
  const thread = new Worker(CLIENT_THREAD, { eval: true, workerData: { port, connected, clients: CLIENTS } });
  const heard = once(thread, 'message').then(([all]) => all as string[]);
  const count = new Int32Array(connected);
  for (let seen = 0; seen < CLIENTS; seen = Atomics.load(count, 0)) Atomics.wait(count, 0, seen, 10_000);
  // A client is connected when it sends the last word of the handshake; the system has the connection when that has come.
  Atomics.wait(count, 0, CLIENTS, 50);
  return heard;
};

/** Keeps the event loop from running. */
const hold = (milliseconds: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
};

describe('A port that is closed in a quiet moment', () => {
  it('has taken all connections that the system had accepted for it', async () => {
    const heard = waitingClients();
    await inQuietMoment(server, () => server.close());
    expect(server.listening).toBe(false);
    expect(await heard).toEqual(Array(CLIENTS).fill('taken'));
  });

  it('has taken those too that came while the process did not run', async () => {
    const quiet = inQuietMoment(server, () => server.close());
    const heard = waitingClients();
    hold(1_300);
    await quiet;
    expect(await heard).toEqual(Array(CLIENTS).fill('taken'));
  });

  it('is not closed at the end of a turn in which other work was done: who came meanwhile is not seen yet', async () => {
    let busy = true;
    const work = (left: number): void => {
      hold(5);
      if (left > 0) setImmediate(work, left - 1);
      else busy = false;
    };
    work(40);
    let busyThen = true;
    await inQuietMoment(server, () => {
      busyThen = busy;
      server.close();
    });
    expect(busyThen).toBe(false);
  });

  it('is closed soon also when there is no such moment', async () => {
    let ended = false;
    const comeAgain = (): void => {
      server.emit('connection', new Socket());
      if (!ended) setImmediate(comeAgain);
    };
    comeAgain();
    const began = performance.now();
    await inQuietMoment(server, () => server.close());
    ended = true;
    expect(performance.now() - began).toBeGreaterThan(900);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('leaves no listener behind', async () => {
    const before = server.listenerCount('connection');
    await inQuietMoment(server, () => undefined);
    expect(server.listenerCount('connection')).toBe(before);
  });
});
