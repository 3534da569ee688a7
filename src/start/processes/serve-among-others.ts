import { AppConfig, type Environment } from '../../config';
import { SupervisorLink } from '../../platform/processes';
import { serve, type AfterListen } from '../serve';
import { type StopSignal } from '../stop-signal';

/**
 * What the supervisor has decided, and its processes find in their environment: the addresses may be those of the
 * embedded Postgres, the secret may be generated.
 */
export interface HandedOver extends NodeJS.ProcessEnv {
  DATABASE_URL: string;
  SECRET_KEY: string;
}

/**
 * Runs the application as one of several processes. Their supervisor has made the database ready.
 * @throws as `serve` does
 */
export const serveAmongOthers = (
  stop: StopSignal,
  environment: Environment,
  afterListen: AfterListen | undefined,
): Promise<never> => {
  const supervisor = SupervisorLink.own;
  supervisor.onStop(() => stop.stop());
  const {
    DATABASE_URL: databaseUrl = '',
    SECRET_KEY: secretKey = '',
    WEB_CONCURRENCY: processes,
  } = environment;
  const config = new AppConfig(environment, { databaseUrl, secretKey, processes });
  return serve(stop, config, {
    afterListen,
    announce: (url) => supervisor.serving(url ?? ''),
  });
};
