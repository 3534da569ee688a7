import { Injectable } from '@nestjs/common';
import { FiguresConnection, sqlState } from '../platform/database';
import { RareReading } from '../platform/metrics';
import { CONNECTIONS, slowestStatements, STATEMENTS_SCHEMA } from './database.statements';

/** Connections as Postgres counts them. */
export interface PostgresConnections {
  [column: string]: unknown;
  version: string;
  maxConnections: number;
  allConnections: number;
  /** Of this database, by state. */
  states: Record<string, number>;
}

/** One statement, as `pg_stat_statements` has it. */
export interface SlowStatement {
  [column: string]: unknown;
  statement: string;
  calls: number;
  rows: number;
  meanMs: number;
  maxMs: number;
  totalMs: number;
}

/** The slowest statements, or why they are not known. */
export type SlowStatements = { statements: SlowStatement[] } | { reason: string };

const NOT_INSTALLED = 'The extension pg_stat_statements is not installed in this database.';
const UNREADABLE = 'They could not be read now.';

/** By SQLSTATE (Postgres manual, appendix A). */
const REASONS: Readonly<Record<string, string>> = {
  '55000': 'pg_stat_statements is not in shared_preload_libraries of the server.',
  '42501': 'The user of the database may not read pg_stat_statements.',
};

/** Least milliseconds between two readings, however many ask. */
const EVERY = 2_000;

/** What Postgres knows of itself, each part by itself: one that fails or takes longer than two seconds is not known. */
@Injectable()
export class DatabaseFigures {
  private readonly connectionsNow: RareReading<PostgresConnections>;
  private readonly statementsNow: RareReading<SlowStatements>;

  constructor(private readonly connection: FiguresConnection) {
    this.connectionsNow = new RareReading(() => connection.readOne<PostgresConnections>(CONNECTIONS), EVERY);
    this.statementsNow = new RareReading(() => this.readStatements(), EVERY);
  }

  connections(): Promise<PostgresConnections | undefined> {
    return this.connectionsNow.figures();
  }

  async slowest(): Promise<SlowStatements> {
    return (await this.statementsNow.figures()) ?? { reason: UNREADABLE };
  }

  private async readStatements(): Promise<SlowStatements> {
    const [found] = await this.connection.read<{ schema: string }>(STATEMENTS_SCHEMA);
    if (found === undefined) return { reason: NOT_INSTALLED };
    try {
      return { statements: await this.connection.read<SlowStatement>(slowestStatements(found.schema)) };
    } catch (error) {
      return { reason: REASONS[sqlState(error) ?? ''] ?? UNREADABLE };
    }
  }
}
