import type { PoolClient } from 'pg';
import { type QueryRunner } from 'typeorm';
import { type DatabaseConfig } from '../../config';
import {
  ConnectionLost,
  isConnectionFailure,
  StillRunning,
  leavesConnection,
  wasNotSent,
} from './database-failure';
import { inTime } from './lend';
import { idleInTransactionTimeout } from './session-settings';
import { type Repetition } from './retries';

/** The transaction that an asynchronous flow runs in. */
export interface AmbientTransaction {
  runner: QueryRunner;
  client: PoolClient;
  /** What is to be done when it has ended. */
  afterwards: ((failure: unknown) => Promise<void>)[];
}

/** How far a transaction got before it failed. */
export interface TransactionProgress {
  /** COMMIT may have reached the server: whether it took effect is not known. */
  commitSent: boolean;
}

interface Surroundings {
  config: DatabaseConfig;
  progress: TransactionProgress;
  repetition: Repetition | undefined;
  unfinished: ((error: unknown) => boolean) | undefined;
}

/** Runs `work` in one transaction, once, and gives the runner back. */
export const runTransaction = async <T>(
  runner: QueryRunner,
  work: (runner: QueryRunner, client: PoolClient) => Promise<T>,
  { config, progress, repetition, unfinished }: Surroundings,
): Promise<T> => {
  progress.commitSent = false;
  const giveBack = (): void => void runner.release();
  const client = (await inTime(runner.connect(), repetition, giveBack)) as PoolClient;
  try {
    await runner.startTransaction('READ COMMITTED');
    const settings = settingsOf(config, repetition);
    if (settings.length > 0) await client.query(settings.join('; '));
    const result = await work(runner, client);
    await commit(runner, progress);
    return result;
  } catch (error) {
    // A broken connection cannot roll back; the server does it for us, and the first error is the one to tell.
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    // TypeORM gives a connection back as soon as it breaks, and complains of that at its next use.
    if (runner.isReleased && wasNotSent(error)) throw new ConnectionLost(error);
    if (repetition !== undefined && unfinished?.(error) === true) throw new StillRunning(error);
    throw error;
  } finally {
    await runner.release();
  }
};

const commit = async (runner: QueryRunner, progress: TransactionProgress): Promise<void> => {
  progress.commitSent = true;
  try {
    await runner.commitTransaction();
  } catch (error) {
    // An answer of ERROR is as good as one of ROLLBACK.
    progress.commitSent = !wasNotSent(error) && !leavesConnection(error);
    throw error;
  }
};

/** What the connection does not bring along, and what a repetition needs: it must not wait for one before that may go on. */
const settingsOf = (
  { preparedStatements, statementTimeout }: DatabaseConfig,
  repetition: Repetition | undefined,
): string[] => [
  ...(preparedStatements
    ? []
    : [
        `SET LOCAL statement_timeout = ${statementTimeout}`,
        `SET LOCAL idle_in_transaction_session_timeout = ${idleInTransactionTimeout(statementTimeout)}`,
      ]),
  ...(repetition === undefined || !isConnectionFailure(repetition.after)
    ? []
    : [`SET LOCAL lock_timeout = ${Math.max(1, Math.ceil(repetition.remaining))}`]),
];
