import { Injectable } from '@nestjs/common';
import PgBoss from 'pg-boss';
import { Database, preparable } from '../database';

/** The schema of Postgres that pg-boss keeps its tables in. */
export const QUEUE_SCHEMA = 'queue';

/** How long what has been done stays to be looked at. Seconds. */
const KEEP_DONE = 12 * 3600;

/** How long dead work stays to be looked at and retried. Seconds. */
const KEEP_DEAD = 30 * 86_400;

/** How long work waits for somebody to do it. Days. */
const KEEP_WAITING = 365;

/** A statement of several commands that brings its own transaction, as pg-boss writes them for its upkeep. */
const SCRIPT = /^\s*BEGIN;/;

/**
 * pg-boss on the program's own connections. Only its statements are used: it is never started, so none of its timers
 * run, and nothing asks the database but what asks here. Statements join the running `Database.transaction`.
 */
@Injectable()
export class QueueStore {
  readonly boss: PgBoss;

  constructor(private readonly database: Database) {
    this.boss = new PgBoss({
      db: { executeSql: (text: string, values?: unknown[]) => this.execute(text, values ?? []) },
      schema: QUEUE_SCHEMA,
      migrate: false,
      supervise: false,
      schedule: false,
      archiveCompletedAfterSeconds: KEEP_DONE,
      archiveFailedAfterSeconds: KEEP_DEAD,
      retentionDays: KEEP_WAITING,
    });
  }

  /** Runs a statement of pg-boss, in the running transaction if there is one. */
  async execute(text: string, values: unknown[]): Promise<{ rows: object[] }> {
    if (SCRIPT.test(text)) return this.runScript(text);
    return { rows: await this.database.query(preparable('queue', text), values) };
  }

  /** When one of its commands fails, the connection is left inside the script's transaction: it is not used again. */
  private async runScript(text: string): Promise<{ rows: object[] }> {
    const client = await this.database.pool.connect();
    let broken = true;
    try {
      await client.query(text);
      broken = false;
      return { rows: [] };
    } finally {
      client.release(broken);
    }
  }
}
