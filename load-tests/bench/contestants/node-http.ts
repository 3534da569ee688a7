import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { announce } from './announce';

/** Baseline: `node:http` that has every body ready. `BODIES` names a JSON file, owner id -> body. */
const bodies = new Map(
  Object.entries(JSON.parse(readFileSync(process.env.BODIES ?? '', 'utf8')) as Record<string, string>).map(
    ([owner, body]) => [owner, Buffer.from(body)],
  ),
);

const server = createServer((request, response) => {
  const body = bodies.get(String(request.headers['x-owner-id']));
  response.writeHead(body === undefined ? 404 : 200, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body?.length ?? 0,
  });
  response.end(body);
});

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => announce(server.address()));
