import { connect, type Socket } from 'node:net';

/** A request as bytes, made once and sent many times. */
export const requestBytes = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Buffer => {
  const lines = Object.entries({
    host: '127.0.0.1',
    ...headers,
    ...(body !== undefined && {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
    }),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`);
};

/** An answer. */
export interface Answer {
  status: number;
  /** Status line and headers. */
  head: string;
  body: Buffer;
}

const HEADER_END = Buffer.from('\r\n\r\n');
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)/i;

/**
 * One keep-alive connection that sends ready-made bytes and reads answers with a `Content-Length`. It does
 * nothing else, so that on a small machine the load takes little from what is measured.
 */
export class HttpConnection {
  private received: Buffer = Buffer.alloc(0);
  private waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.receive(chunk));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('The server closed the connection')));
  }

  static async open(port: number): Promise<HttpConnection> {
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new HttpConnection(socket);
  }

  /** Sends one request and waits for its answer; one at a time. */
  send(request: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(request);
    });
  }

  close(): Promise<void> {
    this.socket.destroy();
    return Promise.resolve();
  }

  private receive(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    const headerEnd = this.received.indexOf(HEADER_END);
    if (headerEnd < 0) return;
    const head = this.received.toString('latin1', 0, headerEnd);
    const status = Number(head.slice(9, 12));
    // Has no body, whatever length it tells (RFC 9110, 15.4.5).
    const length = status === 304 ? 0 : CONTENT_LENGTH.exec(head)?.[1];
    if (length === undefined) {
      this.fail(new Error(`An answer without a Content-Length: ${head}`));
      return;
    }
    const end = headerEnd + HEADER_END.length + Number(length);
    if (this.received.length < end) return;
    const body = this.received.subarray(headerEnd + HEADER_END.length, end);
    this.received = Buffer.alloc(0);
    this.waiting?.resolve({ status, head, body });
  }

  private fail(error: Error): void {
    this.waiting?.reject(error);
    this.waiting = undefined;
  }
}

/** Sends one request on a connection of its own. */
export const sendOnce = async (port: number, request: Buffer): Promise<Answer> => {
  const connection = await HttpConnection.open(port);
  try {
    return await connection.send(request);
  } finally {
    await connection.close();
  }
};
