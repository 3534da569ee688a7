import PgBoss from 'pg-boss';
import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { createWorkQueue, QUEUE_SCHEMA } from '../../platform/queue';

/** The tables of pg-boss, and the queues of the work that the program began with. */
export class CreateQueue1767225600010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(withoutTransaction(PgBoss.getConstructionPlans(QUEUE_SCHEMA)));
    await createWorkQueue(runner, 'expire-idempotency-keys', 'singleton');
    await createWorkQueue(runner, 'expire-sessions', 'singleton');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP SCHEMA ${QUEUE_SCHEMA} CASCADE`);
  }
}

/** A migration is in a transaction already, which must not be committed half-way. */
const withoutTransaction = (plans: string): string => {
  const commands = /^\s*BEGIN;(.*)COMMIT;\s*$/s.exec(plans)?.[1];
  if (commands === undefined) throw new Error('pg-boss makes its tables in another way than expected');
  return commands;
};
