import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Which processes work on this database and where they announce their writes, for their caches. */
export class CreateCachePresence1767225600006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE cache_instances (
        id         uuid           NOT NULL,
        channel    text,
        renewed_at timestamptz(3) NOT NULL,
        CONSTRAINT pk_cache_instances PRIMARY KEY (id)
      )`);
    await runner.query(`
      CREATE TABLE cache_generation (
        id         smallint NOT NULL,
        generation uuid     NOT NULL,
        channel    text,
        CONSTRAINT pk_cache_generation PRIMARY KEY (id),
        CONSTRAINT ck_cache_generation_one_row CHECK (id = 1)
      )`);
    await runner.query(`INSERT INTO cache_generation (id, generation) VALUES (1, gen_random_uuid())`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE cache_generation`);
    await runner.query(`DROP TABLE cache_instances`);
  }
}
