import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { inQuietMoment } from '../../../../src/platform/http/quiet-moment';

let server: Server;

beforeEach(async () => {
  server = createServer((socket) => socket.on('error', () => undefined).end('taken'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => void server.close());

/** What a client hears until its connection ends; the system has made it when the next turn of the event loop begins. */
const hears = (): Promise<string> =>
  new Promise((resolve) => {
    let heard = '';
    connect((server.address() as AddressInfo).port, '127.0.0.1')
      .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
      .on('data', (data) => (heard += data.toString()))
      .on('end', () => resolve(heard));
  });

describe('A port that is closed in a quiet moment', () => {
  it('has taken all connections that the system had accepted for it', async () => {
    const clients = Array.from({ length: 20 }, hears);
    await new Promise<void>((resolve) => process.nextTick(resolve));
    await inQuietMoment(() => server.close());
    expect(server.listening).toBe(false);
    expect(await Promise.all(clients)).toEqual(Array(20).fill('taken'));
  });

  it('is closed soon also when there is no such moment', async () => {
    let ended = false;
    const toil = (): void => {
      const end = performance.now() + 2;
      while (performance.now() < end);
      if (!ended) setImmediate(toil);
    };
    toil();
    const began = performance.now();
    await inQuietMoment(() => server.close());
    ended = true;
    expect(performance.now() - began).toBeGreaterThan(150);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
