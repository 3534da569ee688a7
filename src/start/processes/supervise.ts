import { configuredDatabaseUrl, type AppConfig, type Environment } from '../../config';
import { openLog } from '../../platform/logging/log';
import { longestShutdown } from '../shut-down';
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
  config: AppConfig,
  environment: Environment,
  announce: (url: string) => void,
): Promise<never> => {
  const { root, out } = openLog(config);
  const supervisor = new Supervisor({
    count: environment.WEB_CONCURRENCY,
    environment: {
      DATABASE_URL: configuredDatabaseUrl(environment) ?? config.database.url,
      SECRET_KEY: config.auth.secretKey,
    },
    timeout: environment.WEB_PROCESS_TIMEOUT * 1000,
    logger: root.child({ context: 'Processes' }),
  });
  if (config.log.file !== undefined)
    stop.onHangUp = () => {
      out.reopen();
      supervisor.hangUp();
    };
  try {
    const url = await stop.race(supervisor.start());
    announce(url);
    stop.allow(longestShutdown(config) + LATE);
    return await stop.race(supervisor.gaveUp);
  } finally {
    await supervisor.stop();
  }
};
