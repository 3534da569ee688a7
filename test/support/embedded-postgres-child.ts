import { startEmbeddedPostgres } from '../../src/platform/database/embedded';

/**
 * A process of its own with an embedded Postgres in the folder given as argument. Prints one line of JSON when
 * it runs, or the error when it does not; stops when its standard input ends.
 */
const run = async (dataDir: string): Promise<void> => {
  const postgres = await startEmbeddedPostgres({ dataDir });
  console.log(JSON.stringify({ url: postgres.url, pid: postgres.pid, uid: process.getuid?.() }));
  process.stdin.resume();
  process.stdin.once('end', () => void postgres.stop().then(() => process.exit(0)));
};

run(process.argv[2] ?? '').catch((error: unknown) => {
  console.log(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
  process.exitCode = 1;
});
