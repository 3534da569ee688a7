import { request, type IncomingMessage } from 'node:http';
import { type Readable } from 'node:stream';

/** One request whose body may be a stream, as the answer is. */
export const callStreaming = (
  port: number,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: Readable,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, method, path, headers }, resolve);
    outgoing.on('error', reject);
    if (body === undefined) outgoing.end();
    else body.pipe(outgoing);
  });
