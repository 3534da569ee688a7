import { Logger } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { setTimeout as delay } from 'node:timers/promises';
import { type AppConfig } from '../config';
import { Lifecycle } from '../platform/lifecycle';

/** What is cut, the end of background work, and the closing of connections may take so long. Milliseconds. */
const CLOSING = 3_000;

/** And the end of the embedded Postgres, which comes last. Milliseconds. */
const POSTGRES = 2_000;

/** Longest that an orderly end may take: the process ends then all the same. Milliseconds. */
export const longestShutdown = ({ shutdown }: AppConfig): number =>
  shutdown.delay + shutdown.timeout + CLOSING + POSTGRES;

/**
 * Ends the application in order. First readiness says 503, and for `SHUTDOWN_DELAY` everything else goes on: whoever
 * sends requests may notice in that time. Then the port closes; requests and background work under way have
 * `SHUTDOWN_TIMEOUT` to end, and are cut after it. Last the connections to Postgres and Redis are closed. Never rejects,
 * and ends in time also when something hangs.
 */
export const shutDown = async (app: NestFastifyApplication, config: AppConfig): Promise<void> => {
  const logger = new Logger('Stop');
  const lifecycle = app.get(Lifecycle);
  const { timeout } = config.shutdown;
  const wait = config.worker.apart ? 0 : config.shutdown.delay;
  lifecycle.drain();
  logger.log({ delay: wait, timeout }, 'Stopping: readiness says 503');
  await delay(wait);
  const overdue = setTimeout(() => lifecycle.overdue(), timeout);
  const closed = app
    .close()
    .catch((error: unknown) => logger.error({ err: error }, 'Not all could be closed'));
  await Promise.race([closed, delay(timeout + CLOSING, undefined, { ref: false })]);
  clearTimeout(overdue);
};
