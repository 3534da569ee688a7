import { AppConfig, type Environment } from '../../config';
import { openLog } from '../../platform/logging/log';
import { type Foundation } from '../foundation';
import { longestShutdown } from '../longest-shutdown';
import { type StopSignal } from '../stop-signal';
import { Supervisor } from './supervisor';

/** What the processes may be late by, each of which keeps the time itself. Milliseconds. */
const LATE = 2_000;

/**
 * Runs the application in `WEB_CONCURRENCY` processes until this one is asked to stop, and has them end in order.
 * @throws ProcessesGaveUp when none comes to serve, or `StopRequested`
 */
export const supervise = async (
  stop: StopSignal,
  environment: Environment,
  { databaseUrl, secretKey }: Foundation,
  announce: (url: string) => void,
): Promise<never> => {
  const config = new AppConfig(environment, { databaseUrl, secretKey });
  const { root, out } = openLog(config);
  const supervisor = new Supervisor({
    count: environment.WEB_CONCURRENCY,
    environment: { DATABASE_URL: databaseUrl, SECRET_KEY: secretKey },
    timeout: environment.WEB_PROCESS_TIMEOUT * 1000,
    logger: root.child({ context: 'Processes' }),
  });
  if (config.log.file !== undefined)
    stop.onHangUp = () => {
      out.reopen();
      supervisor.hangUp();
    };
  try {
    stop.allow(longestShutdown(config) + LATE);
    announce(await stop.race(supervisor.start()));
    return await stop.race(supervisor.gaveUp);
  } finally {
    await supervisor.stop();
  }
};
