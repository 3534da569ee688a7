import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { atPort } from './at-port';

/** A TCP proxy on 127.0.0.1, to take a server away or to let connections die without a word. */
export interface TcpProxy {
  port: number;
  /** The same address with this proxy in place of its host and port. */
  urlFor(url: string): string;
  /** From now on connections that exist neither pass anything on nor end; new ones are as usual. */
  freeze(): void;
  /** From now on connections that exist break when something is sent through them; new ones are as usual. */
  breakOnUse(): void;
  /** From now on new connections go to the server that this URL names. */
  retarget(url: string): void;
  /** Cuts all connections and refuses new ones. */
  cut(): Promise<void>;
  /** Accepts connections again after `cut`. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a proxy for the server that a URL names. */
export const startTcpProxy = async (targetUrl: string): Promise<TcpProxy> => {
  let target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  const frozen = new WeakSet<Socket>();
  const breaking = new WeakSet<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname.replace(/^\[|\]$/g, ''));
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      keep(from);
      from.on('data', (data) => {
        if (breaking.has(from)) from.destroy();
        else if (!frozen.has(from)) to.write(data);
      });
      from.on('close', () => {
        if (!frozen.has(from)) to.destroy();
      });
    }
  });
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const cut = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const port = await listen(0);
  const urlFor = (url: string): string => atPort(url, port);
  const freeze = (): void => sockets.forEach((socket) => frozen.add(socket));
  const breakOnUse = (): void => sockets.forEach((socket) => breaking.add(socket));
  const retarget = (url: string): void => {
    target = new URL(url);
  };
  return {
    port,
    urlFor,
    freeze,
    breakOnUse,
    retarget,
    cut,
    restore: async () => {
      await listen(port);
    },
    close: cut,
  };
};
