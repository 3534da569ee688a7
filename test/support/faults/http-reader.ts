import { get, type IncomingMessage } from 'node:http';
import { eventually } from '../eventually';

/** Milliseconds between two sips of a reader who trickles. */
const TURN = 20;

/** An answer that is read at the pace of the test. */
export class HttpReader {
  private received = '';
  private timer: NodeJS.Timeout | undefined;

  private constructor(private readonly response: IncomingMessage) {
    // How it ended is asked for.
    response.on('error', () => undefined);
    response.once('close', () => clearInterval(this.timer));
  }

  /** Sends the request; resolves when the head of its answer is there. Nothing of the body is read then. */
  static open(url: string, token: string): Promise<HttpReader> {
    return new Promise((resolve, reject) => {
      const request = get(url, { headers: { authorization: `Bearer ${token}` }, agent: false }, (response) =>
        resolve(new HttpReader(response)),
      );
      request.once('error', reject);
    });
  }

  get status(): number {
    return this.response.statusCode ?? 0;
  }

  /** Reads so many bytes, 50 times a second, until the connection ends. */
  trickle(sip = 1024): this {
    this.timer = setInterval(() => {
      const { response } = this;
      this.take(response.read(Math.min(sip, response.readableLength)) as Buffer | null);
      // Asks for more, where all that has come is taken.
      if (response.readableLength === 0) response.read(0);
    }, TURN);
    return this;
  }

  /** Reads as fast as it comes, from now on. */
  hurry(): this {
    clearInterval(this.timer);
    this.response.on('data', (data: Buffer) => this.take(data));
    return this;
  }

  /** Waits until the answer is over, one way or the other. */
  async untilOver(deadline?: number): Promise<void> {
    await eventually(
      () => this.response.closed || this.response.complete,
      (over) => over,
      deadline,
    );
  }

  /** Whether the whole answer has come, with the chunk that ends it: what a client takes for a file. */
  get whole(): boolean {
    return this.response.complete;
  }

  /** Lines that were read. */
  get lines(): number {
    return this.received.split('\n').length - 1;
  }

  /** Leaves. */
  destroy(): void {
    this.response.destroy();
  }

  private take(data: Buffer | null): void {
    this.received += data?.toString('latin1') ?? '';
  }
}
