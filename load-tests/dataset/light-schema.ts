import { type Client } from 'pg';

/** Tables that are loaded; their keys and indexes are built after the rows are in. */
const TABLES = ['jobs', 'job_search', 'job_status_events'];

interface Definition {
  table: string;
  name: string;
  definition: string;
}

const CONSTRAINTS = `
  SELECT conrelid::regclass::text AS "table", quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition
  FROM pg_constraint
  WHERE contype = ANY ($2::"char"[])
    AND (conrelid = ANY ($1::regclass[]) OR (contype = 'f' AND confrelid = ANY ($1::regclass[])))
  ORDER BY conrelid::regclass::text, conname`;

const INDEXES = `
  SELECT indrelid::regclass::text AS "table", indexrelid::regclass::text AS name,
         pg_get_indexdef(indexrelid) AS definition
  FROM pg_index i
  WHERE indrelid = ANY ($1::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid
    AND c.contype IN ('p', 'u', 'x'))
  ORDER BY 1, 2`;

/** Triggers that are on and count jobs; those of the search stay on, which look nothing up. */
const TRIGGERS = `
  SELECT tgrelid::regclass::text AS "table", quote_ident(tgname) AS name, tgenabled::text AS definition
  FROM pg_trigger WHERE tgrelid = ANY ($1::regclass[]) AND NOT tgisinternal AND tgname LIKE '%\\_count\\_%' AND tgenabled <> 'D'
  ORDER BY 1, 2`;

const read = async (client: Client, text: string, ...values: unknown[]): Promise<Definition[]> =>
  (await client.query<Definition>(text, [TABLES, ...values])).rows;

/** What was taken off, ready to be put back. */
export class LightSchema {
  private constructor(
    private readonly client: Client,
    private readonly foreignKeys: Definition[],
    private readonly keys: Definition[],
    private readonly indexes: Definition[],
    private readonly triggers: Definition[],
  ) {}

  /** How many keys and indexes `restore` builds. */
  get size(): number {
    return this.foreignKeys.length + this.keys.length + this.indexes.length;
  }

  /**
   * Takes keys and indexes off the tables and turns the counting of their rows off, for the running transaction:
   * if it fails they were never gone. Building them over the loaded rows is several times quicker than growing them
   * row by row; triggers that count would look jobs up by a key that is not there.
   */
  static async take(client: Client): Promise<LightSchema> {
    const foreignKeys = await read(client, CONSTRAINTS, ['f']);
    const keys = await read(client, CONSTRAINTS, ['p', 'u']);
    const indexes = await read(client, INDEXES);
    for (const { table, name } of [...foreignKeys, ...keys]) {
      await client.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
    }
    for (const { name } of indexes) await client.query(`DROP INDEX ${name}`);
    const triggers = await read(client, TRIGGERS);
    for (const { table, name } of triggers)
      await client.query(`ALTER TABLE ${table} DISABLE TRIGGER ${name}`);
    return new LightSchema(client, foreignKeys, keys, indexes, triggers);
  }

  /**
   * Puts everything back by the definitions the catalogue gave, and compares. What was loaded is not counted yet.
   * @param progress told after each of the `size` steps
   */
  async restore(progress: () => void): Promise<void> {
    const { client } = this;
    const add = async ({ table, name, definition }: Definition): Promise<void> => {
      await client.query(`ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`);
      progress();
    };
    for (const key of this.keys) await add(key);
    for (const { definition } of this.indexes) {
      await client.query(definition);
      progress();
    }
    for (const key of this.foreignKeys) await add(key);
    for (const { table, name } of this.triggers) {
      await client.query(`ALTER TABLE ${table} ENABLE TRIGGER ${name}`);
    }
    const now = [
      await read(client, CONSTRAINTS, ['f']),
      await read(client, CONSTRAINTS, ['p', 'u']),
      await read(client, INDEXES),
      await read(client, TRIGGERS),
    ];
    if (JSON.stringify(now) !== JSON.stringify([this.foreignKeys, this.keys, this.indexes, this.triggers])) {
      throw new Error('The schema after loading is not the one before.');
    }
  }
}
