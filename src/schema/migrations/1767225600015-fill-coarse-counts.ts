import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { COARSE_CELLS, keepFoldsOut } from './1767225600014-count-coarsely';

/**
 * Sums the coarse cells from what is there. Apart from the new way of folding, since a fold that had been called before that
 * was committed may still go the old way after it, and leave what it folds out of the coarse cells.
 */
export class FillCoarseCounts1767225600015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await keepFoldsOut(runner);
    await runner.query(`DELETE FROM job_counts WHERE figure = ANY ($1)`, [COARSE_CELLS.figures]);
    await runner.query(`SELECT insert_coarse_counts()`);
  }

  /** They go with their fold. */
  down(): Promise<void> {
    return Promise.resolve();
  }
}
