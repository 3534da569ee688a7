import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { atPort } from './at-port';

/** A TCP proxy on 127.0.0.1 that makes a healthy server look slow or unreachable, for old and new connections alike. */
export interface SlowProxy {
  port: number;
  /** The same address with this proxy in place of its host and port. */
  urlFor(url: string): string;
  /** From now on what the server says arrives so many milliseconds later. 0 ends it. */
  delayReplies(milliseconds: number): void;
  /** From now on connections are accepted, but nothing arrives, in neither direction, nor that one side has closed. */
  blackhole(): void;
  /** Ends `blackhole`: what was held back arrives, in order. */
  deliver(): void;
  /** Cuts all connections and refuses new ones. */
  refuse(): Promise<void>;
  /** Accepts connections again after `refuse`. */
  accept(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a proxy for the server that a URL names. Until told otherwise it passes everything on at once. */
export const startSlowProxy = async (targetUrl: string): Promise<SlowProxy> => {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  let delay = 0;
  let gate: Promise<void> | undefined;
  let openGate = (): void => undefined;

  /** Hands things over one after the other, so that a delay that became shorter changes no order. */
  const pass = (from: Socket, to: Socket, delayOf: () => number): void => {
    let last: Promise<unknown> = Promise.resolve();
    let waiting = 0;
    const later = (work: () => void): void => {
      const milliseconds = delayOf();
      if (waiting === 0 && milliseconds === 0 && gate === undefined) {
        work();
        return;
      }
      waiting += 1;
      const due = milliseconds === 0 ? undefined : sleep(milliseconds);
      const gated = gate;
      last = last
        .then(() => Promise.all([due, gated]))
        .then(() => {
          waiting -= 1;
          work();
        });
    };
    sockets.add(from);
    from.on('error', () => from.destroy());
    from.on('data', (data) => later(() => to.write(data)));
    from.on('close', () => {
      sockets.delete(from);
      later(() => to.destroy());
    });
  };
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname.replace(/^\[|\]$/g, ''));
    pass(client, upstream, () => 0);
    pass(upstream, client, () => delay);
  });
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const refuse = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const deliver = (): void => {
    gate = undefined;
    openGate();
  };
  const port = await listen(0);
  return {
    port,
    urlFor: (url) => atPort(url, port),
    delayReplies: (milliseconds) => {
      delay = milliseconds;
    },
    blackhole: () => {
      gate ??= new Promise((resolve) => (openGate = resolve));
    },
    deliver,
    refuse,
    accept: async () => {
      await listen(port);
    },
    close: async () => {
      await refuse();
      deliver();
    },
  };
};

/** Does not keep the process alive: what is still under way when a test ends is of no interest. */
const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
