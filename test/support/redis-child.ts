import { startRedis } from './redis-server';

/** A process of its own that starts a Redis, prints its process id and folder as JSON, and stays until it is killed. */
startRedis()
  .then(({ pid, folder }) => {
    console.log(JSON.stringify({ pid, folder }));
    process.stdin.resume();
  })
  .catch((error: unknown) => {
    console.log(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
