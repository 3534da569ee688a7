import { integer, variable } from '../variable';

/** How the process ends. */
export const shutdownVariables = {
  SHUTDOWN_DELAY: variable({
    schema: integer(0, 300).optional(),
    meaning:
      'Seconds between the signal to end, from which on readiness says 503, and the closing of the port: so long a load balancer may take to notice.',
    defaultText: '0, in production 5',
    example: '5',
  }),
  SHUTDOWN_TIMEOUT: variable({
    schema: integer(1, 3600).default(10),
    meaning:
      'Seconds that requests and background work under way may then take to end. With `SHUTDOWN_DELAY` and 5 seconds more it has to fit into what the service manager allows.',
    example: '10',
  }),
} as const;
