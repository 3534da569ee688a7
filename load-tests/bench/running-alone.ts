import assert from 'node:assert/strict';
import { type Bench } from './bench';
import { sendOnce } from './http-client';
import { startProgram, type Program } from './program';

/** Longest that it takes until others on the database, which announce elsewhere, count as ended. Milliseconds. */
const ALONE_AFTER = 20_000;

/** Asks until the cache is in use: a program that has not been asked for seconds has to be allowed to use it anew. */
export const untilCaching = async ({ port }: Pick<Program, 'port'>, next: () => Buffer): Promise<void> => {
  const deadline = performance.now() + ALONE_AFTER;
  for (;;) {
    const { head } = await sendOnce(port, next());
    if (/x-cache: (MISS|HIT)/i.test(head)) return;
    assert(performance.now() < deadline, `The cache should be in use: ${head}`);
  }
};

/**
 * Runs another program with `environment` on the bench's database while `work` goes on, and waits first until its
 * cache is in use: processes that do not hear of each other do not cache.
 * @param next a request that can be cached
 */
export const runningAlone = async <T>(
  { database, options }: Bench,
  environment: Readonly<Record<string, string>>,
  next: () => Buffer,
  work: (program: Program) => Promise<T>,
): Promise<T> => {
  const program = await startProgram(database.postgres.url, options, environment);
  try {
    await untilCaching(program, next);
    return await work(program);
  } finally {
    await program.stop();
  }
};
