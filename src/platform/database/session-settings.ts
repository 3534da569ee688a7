import { type DatabaseConfig } from '../../config';

/** Milliseconds after which Postgres ends a transaction whose holder has gone silent. */
export const idleInTransactionTimeout = (statementTimeout: number): number =>
  Math.max(statementTimeout, 60_000);

/**
 * Settings that a connection asks for when it is opened. Not behind a pooler that keeps no prepared statements
 * either: it lends one session to many, and refuses what it cannot set for one alone. READ COMMITTED is Postgres's
 * default and stated for servers that were configured otherwise.
 */
export const startupSettings = ({ preparedStatements, statementTimeout }: DatabaseConfig): object =>
  preparedStatements
    ? {
        statement_timeout: statementTimeout,
        idle_in_transaction_session_timeout: idleInTransactionTimeout(statementTimeout),
        options: '-c default_transaction_isolation=read\\ committed',
      }
    : {};
