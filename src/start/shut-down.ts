import { Logger } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { setTimeout as delay } from 'node:timers/promises';
import { type AppConfig } from '../config';
import { Lifecycle } from '../platform/lifecycle';
import { CLOSING } from './longest-shutdown';

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
