import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { atPort } from './at-port';

/** A proxy for Redis on 127.0.0.1 that answers in its place when told to. */
export interface RefusingRedis {
  urlFor(url: string): string;
  /** From now on every command, on old and new connections, is answered by this error, such as `ERR quota`. */
  answerWith(error: string): void;
  /** From now on connections are closed when a command comes. */
  hangUp(): void;
  /** Passes commands on again; connections from before stay with what they got. */
  obey(): void;
  close(): Promise<void>;
}

/**
 * How many whole commands a buffer begins with, and where the rest begins. Commands are arrays of bulk strings
 * (https://redis.io/docs/latest/develop/reference/protocol-spec/).
 */
export const countCommands = (data: Buffer): { commands: number; rest: Buffer } => {
  let commands = 0;
  let start = 0;
  for (;;) {
    const end = endOfCommand(data, start);
    if (end === undefined) return { commands, rest: data.subarray(start) };
    commands += 1;
    start = end;
  }
};

const endOfCommand = (data: Buffer, start: number): number | undefined => {
  const line = (from: number): [value: number, next: number] | undefined => {
    const end = data.indexOf('\r\n', from);
    return end < 0 ? undefined : [Number(data.toString('latin1', from + 1, end)), end + 2];
  };
  const head = line(start);
  if (head === undefined) return undefined;
  let [left, at] = head;
  for (; left > 0; left -= 1) {
    const bulk = line(at);
    if (bulk === undefined) return undefined;
    at = bulk[1] + bulk[0] + 2;
    if (at > data.length) return undefined;
  }
  return at;
};

/** Starts a proxy for the server that a URL names. Until told otherwise it passes everything on. */
export const startRefusingRedis = async (targetUrl: string): Promise<RefusingRedis> => {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  let mode: { error: string } | 'close' | undefined;
  const keep = (socket: Socket, other: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let pending: Buffer = Buffer.alloc(0);
    keep(client, upstream);
    keep(upstream, client);
    upstream.on('data', (data) => client.write(data));
    client.on('data', (data: Buffer) => {
      if (mode === undefined) {
        upstream.write(data);
        return;
      }
      if (mode === 'close') {
        client.destroy();
        return;
      }
      const { commands, rest } = countCommands(Buffer.concat([pending, data]));
      pending = rest;
      client.write(`-${mode.error}\r\n`.repeat(commands));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    urlFor: (url) => atPort(url, port),
    answerWith: (error) => (mode = { error }),
    hangUp: () => (mode = 'close'),
    obey: () => (mode = undefined),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};
