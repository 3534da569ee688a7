import { flag, integer, variable } from '../variable';

/** Work that outlives requests. */
export const workerVariables = {
  WORKER_ENABLED: variable({
    schema: flag().default(true),
    meaning:
      'Whether this process does background work besides serving; with false `npm run worker` has to run somewhere.',
    example: 'true',
  }),
  WORKER_POLL_INTERVAL: variable({
    schema: integer(1, 86_400).default(2),
    meaning:
      'Seconds after which a worker that has nothing to do asks the database again. Longer lets a database that suspends when idle sleep; work sent in the same process never waits.',
    example: '2',
  }),
} as const;
