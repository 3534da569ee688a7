import { integer, variable } from '../variable';

/** Several processes that serve one port. */
export const processesVariables = {
  WEB_CONCURRENCY: variable({
    schema: integer(1, 64).default(1),
    meaning:
      'Processes that serve the port together, about one a CPU; more than one needs `REDIS_URL`. Each has a pool, a cache and a queue worker of its own.',
    example: '4',
  }),
  WEB_PROCESS_TIMEOUT: variable({
    schema: integer(0, 3600).default(120),
    meaning:
      'Seconds without a sign of life after which one of several processes is ended and replaced; 0: never.',
    example: '120',
  }),
} as const;
