import cluster from 'node:cluster';
import { loadEnvFile, parseEnvironment } from '../config';
import { type EmbeddedPostgres } from '../platform/database/embedded';
import { explainFailure } from './explain-failure';
import { prepare } from './prepare';
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

/** What only some of the processes need is loaded by those: the supervisor of several stays small. */
const runUntil = async (stop: StopSignal, source: NodeJS.ProcessEnv, options: RunOptions): Promise<never> => {
  const environment = parseEnvironment(options.environment?.(source) ?? source);
  // Until there is a log to open.
  if (environment.LOG_FILE !== undefined) stop.onHangUp = () => undefined;
  const several = environment.WEB_CONCURRENCY > 1 && options.role === undefined;
  if (several && cluster.isWorker) {
    const { serveAmongOthers } = await import('./processes/serve-among-others');
    return serveAmongOthers(stop, environment, options.afterListen);
  }
  const { config, postgres } = await prepare(environment, say, stop, options.role);
  try {
    if (several) {
      const { supervise } = await import('./processes/supervise');
      return await supervise(stop, config, environment, (url) => announce(url, postgres));
    }
    const { serve } = await import('./serve');
    return await serve(stop, config, {
      afterListen: options.afterListen,
      announce: (url) => announce(url, postgres),
    });
  } finally {
    // Without its database, what hangs ends.
    await postgres?.stop();
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
