import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** Milliseconds without a byte after which the sender of an unfinished body is cut off, once the program is to end, which waits for them. */
export const IDLE_SENDER_AT_SHUTDOWN_MS = 1_000;

/** Looks at a request in a period; the cut comes at most one look late. */
const LOOKS = 4;

/** The requests whose bodies are read as they come, and kept nowhere. */
const streamed = new WeakSet<IncomingMessage>();

/** The body of this request is read as it comes: it may take as long as it likes, as long as it does not stop. */
export const readsAsItComes = (request: IncomingMessage): void => {
  streamed.add(request);
};

/** The watch over the senders of a server. */
export interface SenderWatch {
  /** From now on, so many milliseconds without a byte are too many, for those under way as well. */
  allowIdle(milliseconds: number): void;
}

const announcesBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/**
 * Closes connections on which the body of a request has begun and then nothing came for `idleMs`, whether the
 * request has been answered or not; and those on which a body is not complete after as long in all, since what has come of it
 * is kept in memory until then, whoever sends it. That does not hold where it is read as it comes (`readsAsItComes`). How long an
 * answer takes once the body is complete does not matter; while the program has bytes that it is yet to read, the
 * sender is not the slow one.
 *
 * @param idleMs milliseconds
 */
export const cutOffIdleSenders = (server: Server, idleMs: number): SenderWatch => {
  const senders = new Set<Sender>();
  let allowed = idleMs;
  // On the server rather than in a hook of a route: a request that no route takes has a sender as well.
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!announcesBody(request)) return;
    const sender = new Sender(request, response, idleMs, () => senders.delete(sender));
    senders.add(sender);
    sender.watch(allowed);
  });
  return {
    allowIdle: (milliseconds) => {
      allowed = milliseconds;
      for (const sender of senders) sender.watch(milliseconds);
    },
  };
};

/** The sender of one body. */
class Sender {
  private timer: NodeJS.Timeout | undefined;
  private readonly began = performance.now();
  private lastSign = this.began;
  private bytes: number;

  /**
   * @param longest milliseconds that a body may take that is not read as it comes
   * @param gone called when there is nothing more to watch
   */
  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly longest: number,
    private readonly gone: () => void,
  ) {
    this.bytes = request.socket.bytesRead;
  }

  /** Watches from now on; cuts the sender off after so many milliseconds without a byte. */
  watch(idleMs: number): void {
    clearInterval(this.timer);
    this.timer = setInterval(() => this.look(idleMs), idleMs / LOOKS).unref();
  }

  private look(idleMs: number): void {
    const { request, response } = this;
    const { socket } = request;
    // Counted at the socket, since a listener for 'data' would take the body from its reader.
    if (request.complete || socket.destroyed) {
      this.end();
    } else if (!streamed.has(request) && performance.now() - this.began >= this.longest) {
      this.end();
      socket.destroy();
    } else if (socket.bytesRead !== this.bytes || (request.readableLength > 0 && !response.writableEnded)) {
      this.bytes = socket.bytesRead;
      this.lastSign = performance.now();
    } else if (performance.now() - this.lastSign >= idleMs) {
      this.end();
      socket.destroy();
    }
  }

  private end(): void {
    clearInterval(this.timer);
    this.gone();
  }
}
