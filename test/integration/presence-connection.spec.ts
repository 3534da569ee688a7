import { PresenceConnection } from '../../src/platform/cache/presence/presence-connection';
import { databaseConfig, parseEnvironment } from '../../src/config';
import { unprepared } from '../../src/platform/database';
import { startTcpProxy } from '../support/tcp-proxy';
import { createTestDatabase } from '../support/test-database';

describe('The connection of the presence', () => {
  it('fails its statement when it breaks in the middle of one, not the process, and is replaced', async () => {
    const database = await createTestDatabase();
    const proxy = await startTcpProxy(database.url);
    const connection = new PresenceConnection(
      databaseConfig(parseEnvironment({}), proxy.urlFor(database.url)),
    );
    try {
      await connection.query(unprepared('SELECT 1'), []);
      const sleeping = expect(connection.query(unprepared('SELECT pg_sleep(1)'), [])).rejects.toThrow(
        /terminated|ECONNRESET/,
      );
      // One turn of the event loop for the query to be on its way.
      await new Promise((resolve) => setImmediate(resolve));
      await proxy.cut();
      await sleeping;
      await proxy.restore();
      expect(await connection.query(unprepared('SELECT 2 AS two'), [])).toEqual([{ two: 2 }]);
    } finally {
      await connection.close();
      await proxy.close();
      await database.drop();
    }
  });
});
