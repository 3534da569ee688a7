import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, type QueryResultRow } from 'pg';

/** The database that the product has started for itself, as seen from outside. */
export class EmbeddedData {
  /** @param dataDir `DATA_DIR` of the product, where its user can reach it */
  constructor(readonly dataDir: string) {}

  /** Of the server that runs now: another one after each start of the product. */
  get url(): string {
    const [, , , port = ''] = this.pidFile;
    const password = readFileSync(join(this.dataDir, 'postgres.password'), 'utf8').trim();
    return `postgres://jobtrail:${encodeURIComponent(password)}@127.0.0.1:${port}/jobtrail`;
  }

  /** Runs SQL on a connection of its own. */
  async query<Row extends QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]> {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Lines of the file in which Postgres tells where it runs. */
  private get pidFile(): string[] {
    return readFileSync(join(this.dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  }
}
