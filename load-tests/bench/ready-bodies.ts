import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sendOnce } from './http-client';
import { startBaseline, type ServerProcess } from './processes';

/** Starts the `node:http` baseline that has ready what `server` answers to each owner's request. */
export const startReady = async (
  owners: readonly string[],
  server: { port: number },
  requests: readonly Buffer[],
): Promise<ServerProcess> => {
  const bodies = join(mkdtempSync(join(tmpdir(), 'jobtrail-bench-')), 'bodies.json');
  const ready: Record<string, string> = {};
  for (const [index, owner] of owners.entries()) {
    ready[owner] = (await sendOnce(server.port, requests[index]!)).body.toString();
  }
  writeFileSync(bodies, JSON.stringify(ready));
  return startBaseline('node-http', { BODIES: bodies });
};
