import { type QueryRunner } from 'typeorm';
import { QUEUE_SCHEMA } from './queue-store';

/** Whether pieces of work of one kind may be done at the same time, over all processes. */
export type WorkPolicy = 'standard' | 'singleton';

/**
 * Makes the queue of a kind of work; for migrations, so that nothing is created while the program runs. How often it is
 * retried and the like travels with each piece of work, so that changing it needs no migration.
 * @param policy `singleton`: one at a time over all processes
 */
export const createWorkQueue = async (
  runner: QueryRunner,
  name: string,
  policy: WorkPolicy = 'standard',
): Promise<void> => {
  await runner.query(`SELECT ${QUEUE_SCHEMA}.create_queue($1, $2)`, [name, JSON.stringify({ policy })]);
};

/** Takes a queue away with all that is in it; for the way back of a migration. */
export const dropWorkQueue = async (runner: QueryRunner, name: string): Promise<void> => {
  await runner.query(`SELECT ${QUEUE_SCHEMA}.delete_queue($1)`, [name]);
};
