import type { Client } from 'pg';
import { connect, type Socket } from 'node:net';

/** The number that stands for the protocol's version in a CancelRequest. */
const CANCEL_REQUEST = 80_877_102;

/** Milliseconds after which the operating system begins to find out whether the other side is there. */
const KEEP_ALIVE_AFTER = 10_000;

/** What `pg` keeps of BackendKeyData, which its types leave out. */
interface Keys {
  processID?: number | null;
  secretKey?: number | null;
}

/**
 * Asks the server to end what it does for a client, by a connection of its own (PostgreSQL documentation, "Message
 * Flow", "Canceling Requests in Progress"). A pooler passes it on to the session that the client has right now.
 * Whether it came in time, or at all, is not told.
 */
export const requestCancel = (client: Client): void => {
  const { processID, secretKey } = client as unknown as Keys;
  if (typeof processID !== 'number' || typeof secretKey !== 'number') return;
  const message = Buffer.alloc(16);
  message.writeInt32BE(16, 0);
  message.writeInt32BE(CANCEL_REQUEST, 4);
  message.writeInt32BE(processID, 8);
  message.writeInt32BE(secretKey, 12);
  // Unencrypted also where the connection is: servers take it so, and no client library sent it otherwise before 2024.
  const socket = whereItIs(client);
  socket.on('error', () => undefined);
  socket.unref();
  // The other side closes it: PgBouncer 1.18 ends as a whole when a connection that it cancels for goes before that.
  socket.setKeepAlive(true, KEEP_ALIVE_AFTER);
  socket.write(message);
};

/** The same address, of the several that a name may stand for. */
const whereItIs = (client: Client): Socket => {
  const { host, port } = client;
  if (host.startsWith('/')) return connect(`${host}/.s.PGSQL.${port}`);
  const { remoteAddress } = client.connection.stream as Socket;
  return connect(port, remoteAddress ?? host);
};
