import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { ChildServer } from './child-server';
import { startNginx } from './nginx';

/** What an instance does with a request that it has read. */
export type Reaction = (request: IncomingMessage, response: ServerResponse) => void;

/** A request as it came to an instance. */
export interface Received {
  method: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** Breaks the connection of a request that it has read. */
export const breakOff = (request: IncomingMessage): void => void request.socket.destroy();

/** An instance that does what a test says; notes the requests that it got. */
class ToldInstance {
  readonly got: Received[] = [];
  answer: Reaction = (_request, response) => response.end('ok');
  /** What has come first of a body, before its end. */
  readonly firstBytes: Promise<string>;
  private readonly server: Server;

  constructor() {
    let tell: (bytes: string) => void;
    this.firstBytes = new Promise((resolve) => (tell = resolve));
    this.server = createServer((request, response) => {
      let body = '';
      request.once('data', (data: Buffer) => tell(data.toString()));
      request.on('data', (data: Buffer) => (body += data.toString()));
      request.on('end', () => {
        this.got.push({ method: request.method ?? '', headers: request.headers, body });
        this.answer(request, response);
      });
    });
  }

  async listen(): Promise<number> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** A real nginx with the site of `deploy/nginx` before two instances that do what a test says. */
export class FrontedInstances {
  private constructor(
    readonly proxy: ChildServer,
    readonly instances: [ToldInstance, ToldInstance],
  ) {}

  /** End it with `stop()`. */
  static async start(nginx: string): Promise<FrontedInstances> {
    const instances: [ToldInstance, ToldInstance] = [new ToldInstance(), new ToldInstance()];
    const ports = await Promise.all(instances.map((each) => each.listen()));
    return new FrontedInstances(await startNginx(nginx, ports), instances);
  }

  async stop(): Promise<void> {
    await this.proxy.stop();
    this.stopInstances();
  }

  stopInstances(): void {
    for (const each of this.instances) each.stop();
  }

  /** Where nginx listens. */
  get url(): string {
    return `http://127.0.0.1:${this.proxy.port}`;
  }

  /** The requests that both have got, those of the first one first. */
  got(): Received[] {
    return this.instances.flatMap((each) => each.got);
  }

  /** What both do from now on. */
  answerWith(answer: Reaction): void {
    for (const each of this.instances) each.answer = answer;
  }

  /** Sends a request, with a small body where the method has one. */
  async send(method: string, path = '/api/jobs', headers: Record<string, string> = {}) {
    const body = ['GET', 'HEAD', 'DELETE'].includes(method) ? {} : { body: '{"title":"x"}' };
    const response = await fetch(this.url + path, { method, headers, ...body });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** The whole answer to a path as it stands, which other clients would tidy up. */
  async sendExactly(path: string): Promise<string> {
    const client = connect(this.proxy.port, '127.0.0.1');
    client.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    let answer = '';
    for await (const part of client) answer += String(part);
    return answer;
  }
}
