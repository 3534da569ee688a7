import cluster from 'node:cluster';
import { AppConfig, loadEnvFile, parseEnvironment } from '../config';
import { type EmbeddedPostgres } from '../platform/database/embedded';
import { SupervisorLink } from '../platform/processes';
import { explainFailure } from './explain-failure';
import { layFoundation } from './foundation';
import { type AfterListen } from './serve';
import { StopSignal } from './stop-signal';

/** How a program differs from the plain one. */
export interface RunOptions {
  /** Makes the environment the program runs with, from the given one completed by `.env`. */
  environment?: (source: NodeJS.ProcessEnv) => NodeJS.ProcessEnv;
  afterListen?: AfterListen;
  /** `worker`: does the work of the queue and listens nowhere; always one process. */
  role?: 'worker';
}

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/**
 * Runs the program: configuration (`source`, which is `process.env`, completed by `.env`), Postgres, schema, application, until
 * SIGINT, SIGTERM or SIGHUP, which at any moment stop what has been started so far; exit code 0. With `LOG_FILE` SIGHUP
 * opens that file anew instead. With `WEB_CONCURRENCY` above 1 this process starts as many others, which run the
 * application. A wrong configuration, or anything else that keeps it from starting, is told on standard error; exit code 1.
 */
export const run = async (source: NodeJS.ProcessEnv, options: RunOptions = {}): Promise<void> => {
  const stop = new StopSignal();
  try {
    loadEnvFile();
    await runUntil(stop, source, options);
  } catch (error) {
    if (stop.signal.aborted) process.exit(0);
    say(explainFailure(error));
    // Of several processes, the line to their supervisor would keep this one.
    if (cluster.isWorker) process.exit(1);
    process.exitCode = 1;
  }
};

/** The application is loaded where it runs: the supervisor of several processes stays small without it. */
const runUntil = async (stop: StopSignal, source: NodeJS.ProcessEnv, options: RunOptions): Promise<never> => {
  const environment = parseEnvironment(options.environment?.(source) ?? source);
  // Until there is a log to open.
  if (environment.LOG_FILE !== undefined) stop.onHangUp = () => undefined;
  const several = environment.WEB_CONCURRENCY > 1 && options.role === undefined;
  if (several && cluster.isWorker) {
    // Before anything is waited for: what the supervisor says until then would be lost.
    SupervisorLink.own.onStop(() => stop.stop());
    SupervisorLink.own.onHangUp(() => stop.onHangUp?.());
  }
  const supervises = several && cluster.isPrimary;
  const loadApplication = () => import('./serve');
  const foundation = await layFoundation(environment, say, stop, () => {
    // Loading takes a good part of the start; what is wrong with it is told below.
    if (!supervises) loadApplication().catch(() => undefined);
  });
  const announceHere = (url: string | undefined): void => announce(url, foundation.postgres);
  try {
    if (supervises) {
      const { supervise } = await import('./processes/supervise');
      return await supervise(stop, environment, foundation, announceHere);
    }
    const { serve } = await loadApplication();
    const processes = several ? environment.WEB_CONCURRENCY : 1;
    return await serve(stop, new AppConfig(environment, { ...foundation, processes }, options.role), {
      afterListen: options.afterListen,
      announce: several ? (url = '') => SupervisorLink.own.serving(url) : announceHere,
      say,
    });
  } finally {
    // Without its database, what hangs ends.
    await foundation.postgres?.stop();
  }
};

const announce = (url: string | undefined, postgres: EmbeddedPostgres | undefined): void => {
  if (url === undefined) {
    say('Worker:   ready; it serves no requests');
    return;
  }
  const shown = url
    .replace('[::1]', 'localhost')
    .replace('127.0.0.1', 'localhost')
    .replace('0.0.0.0', 'localhost');
  if (postgres !== undefined) say(`Data:     ${postgres.dataDir} (embedded Postgres)`);
  say(`API:      ${shown}/api`);
  say(`Swagger:  ${shown}/api/docs`);
};
