import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { atPort } from './at-port';

/** A TCP proxy on 127.0.0.1 that cuts one connection to Postgres at a chosen message. */
export interface CuttingProxy {
  /** The same address with this proxy in place of its host and port. */
  urlFor(url: string): string;
  /** Cuts the next connection on which this text is sent, instead of passing it on. */
  cutBefore(text: string): void;
  /** Cuts the next connection on which this text is sent, when the server has answered it, instead of passing that on. */
  cutAfter(text: string): void;
  /** Ends the client's side of the connection that Postgres knows by this port of its peer; Postgres hears of it when it next says something. */
  cutLocalPort(port: number): void;
  /** How many connections have been cut. */
  cuts(): number;
  close(): Promise<void>;
}

interface Order {
  text: string;
  passOn: boolean;
}

/** Starts a proxy for the server that a URL names; texts are compared with what goes over the wire in one piece. */
export const startCuttingProxy = async (targetUrl: string): Promise<CuttingProxy> => {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  const byPort = new Map<number, () => void>();
  let order: Order | undefined;
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let doomed = false;
    let silent = false;
    upstream.once('connect', () =>
      byPort.set(upstream.localPort ?? 0, () => {
        silent = true;
        client.destroy();
      }),
    );
    const cut = (): void => {
      cuts += 1;
      client.destroy();
      upstream.destroy();
    };
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        if (!silent) other.destroy();
      });
    }
    client.on('data', (data) => {
      if (order === undefined || !data.includes(order.text)) {
        upstream.write(data);
        return;
      }
      const { passOn } = order;
      order = undefined;
      if (!passOn) {
        cut();
        return;
      }
      doomed = true;
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (doomed) cut();
      else if (silent) upstream.destroy();
      else client.write(data);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    urlFor: (url) => atPort(url, port),
    cutBefore: (text) => {
      order = { text, passOn: false };
    },
    cutAfter: (text) => {
      order = { text, passOn: true };
    },
    cutLocalPort: (port) => byPort.get(port)?.(),
    cuts: () => cuts,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};
